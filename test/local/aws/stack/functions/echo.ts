import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';

type Context = {
  awsRequestId: string;
  functionName: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  getRemainingTimeInMillis(): number;
};

/** Returns its event and context, what its layer holds, and whether it can reach a host. */
export async function handler(
  event: { host?: string; port?: number; throw?: string },
  context: Context,
): Promise<object> {
  if (event.throw) throw new TypeError(event.throw);
  const layer = process.env.SETTINGS ? await readFile(process.env.SETTINGS, 'utf8') : undefined;
  const connected = event.host ? await reach(event.host, event.port ?? 80) : undefined;
  const { getRemainingTimeInMillis, ...rest } = context;
  return { event, context: rest, remaining: getRemainingTimeInMillis(), layer, connected, pid: process.pid };
}

function reach(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3000 });
    socket.on('connect', () => resolve('connected')).on('error', ({ message }) => resolve(message));
    socket.on('connect', () => socket.destroy());
  });
}
