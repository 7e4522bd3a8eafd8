import type { Clock } from '../../shared/clock.ts';
import { readAddress } from '../../shared/kubernetes/address.ts';
import { createApi } from '../../shared/kubernetes/api.ts';
import { createCluster } from '../../shared/kubernetes/create-cluster.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { createLimiter } from '../../shared/kubernetes/limiter.ts';
import { namespaceMakerOf, userOf } from '../../shared/kubernetes/names.ts';
import type { TokenSource } from '../../shared/kubernetes/token.client.ts';
import type { Transport } from '../../shared/kubernetes/transport.ts';
import type { Connect } from './ports.ts';

type Options = {
  token: TokenSource;
  openTransport(address: { endpoint: string; certificateAuthority: string }): Transport;
  clock: Clock;
  sleep(milliseconds: number): Promise<unknown>;
  /** Requests at once. Default: 16. */
  concurrency?: number;
};

/** A cluster gets a new kind without telling us; one that is missing is looked for anew anyway. */
const discoveryMilliseconds = 10 * 60 * 1000;

/** Connects to one cluster, keeping connections, the limit of requests and discovery for as long as its address stays the same. */
export function createConnect({ token, openTransport, clock, sleep, concurrency = 16 }: Options): Connect {
  let kept: { key: string; transport: Transport; limiter: ReturnType<typeof createLimiter> } | undefined;
  let discovered: { at: number; discovery: Discovery } | undefined;

  function keep(endpoint: string, certificateAuthority: string) {
    const key = `${endpoint}\n${certificateAuthority}`;
    if (kept?.key !== key) {
      const address = readAddress({ endpoint, certificateAuthority });
      kept = { key, transport: openTransport(address), limiter: createLimiter(concurrency) };
      discovered = undefined;
    }
    return kept;
  }

  return ({ endpoint, certificateAuthority }, environment, deadline, onDiscovery) => {
    const { transport, limiter } = keep(endpoint, certificateAuthority);
    const authenticate = async (renew: boolean) => ({ authorization: `Bearer ${await token(renew)}` });
    const api = createApi({ transport, authenticate, limiter, deadline, sleep });
    const cluster = createCluster({ api, user: userOf(environment) });
    const maker = createCluster({ api, user: userOf(namespaceMakerOf(environment)) });
    return {
      cluster,
      maker,
      async discovery(refresh = false) {
        const now = clock.now().getTime();
        if (!refresh && discovered !== undefined && now - discovered.at < discoveryMilliseconds)
          return discovered.discovery;
        const discovery = await cluster.discover();
        discovered = { at: now, discovery };
        await onDiscovery(discovery);
        return discovery;
      },
    };
  };
}
