import dns from 'node:dns';
import net from 'node:net';

/** The hosts of EKS's API servers: the local cluster has such a name, and listens on the loopback interface. */
const eksHost = /\.eks\.amazonaws\.com$/;

const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  const family = net.isIP(address);
  return family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function notFound(hostname: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(
    `getaddrinfo ENOTFOUND ${hostname} (a function in a VPC without internet)`,
  );
  return Object.assign(error, { code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname });
}

type Lookup = typeof dns.lookup;
type Callback = (error: NodeJS.ErrnoException | null, ...result: unknown[]) => void;

/**
 * Changes name resolution in this process. The reconciler accepts only `*.eks.amazonaws.com` as its cluster, and the
 * local cluster's certificate has such a name, so these names lead to this machine. A function in a VPC finds no other
 * host, as in subnets without a NAT. Programs that it starts itself are not covered.
 */
export function redirectNames(inVpc: boolean): void {
  const original = dns.lookup;
  const lookup = (hostname: string, options: unknown, callback?: Callback) => {
    const done = (callback ?? options) as Callback;
    const given = (callback ? options : {}) as dns.LookupAllOptions | number;
    if (eksHost.test(hostname)) return original('127.0.0.1', given as dns.LookupOneOptions, done as never);
    if (inVpc && hostname !== 'localhost' && !isLoopback(hostname)) return process.nextTick(done, notFound(hostname));
    return original(hostname, given as dns.LookupOneOptions, done as never);
  };
  dns.lookup = lookup as Lookup;
  if (inVpc) refuseAddresses();
}

/** Addresses are not looked up. */
function refuseAddresses(): void {
  const original = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function connect(this: net.Socket, ...parameters: unknown[]) {
    const [first] = parameters.flat();
    const { host } = (typeof first === 'object' && first !== null ? first : {}) as { host?: string };
    if (host !== undefined && net.isIP(host) !== 0 && !isLoopback(host)) return this.destroy(notFound(host));
    return original.apply(this, parameters as never);
  };
}
