import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { createApi, type Deadline } from '../../shared/kubernetes/api.ts';
import { createCluster } from '../../shared/kubernetes/create-cluster.ts';
import { createLimiter } from '../../shared/kubernetes/limiter.ts';
import { createTransport } from '../../shared/kubernetes/transport.client.ts';
import type { Transport } from '../../shared/kubernetes/transport.ts';

export type TestCluster = { adminEndpoint: string; certificateAuthority: string; adminKubeconfig: string };

const decode = (text: string) => Buffer.from(text, 'base64').toString('utf8');

/** Speaks to a test's cluster as its administrator, known by a client certificate. */
export function adminTransport({ adminEndpoint, certificateAuthority, adminKubeconfig }: TestCluster): Transport {
  const user = parse(readFileSync(adminKubeconfig, 'utf8')).users[0].user;
  const client = { certificate: decode(user['client-certificate-data']), key: decode(user['client-key-data']) };
  return createTransport({ endpoint: adminEndpoint, certificateAuthority, client });
}

const noHurry: Deadline = { remaining: () => 60_000 };

/** A cluster adapter over any transport, as the caller itself or impersonating a user. */
export function clusterOver(transport: Transport, user?: string) {
  const api = createApi({
    transport,
    authenticate: async () => ({}),
    limiter: createLimiter(16),
    deadline: noHurry,
    sleep,
  });
  return createCluster({ api, ...(user !== undefined && { user }) });
}
