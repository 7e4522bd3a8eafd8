import { describe, inject } from 'vitest';
import { clusterContract } from '../../contracts/cluster.ts';
import { adminTransport, clusterOver } from '../../support/cluster-access.ts';
import { createNamespace } from '../../support/namespaces.ts';

describe('the adapter over a real API server', () => {
  clusterContract(async () => {
    const cluster = clusterOver(adminTransport(inject('shared').cluster));
    return { cluster, namespace: await createNamespace(cluster, 'contract') };
  });
});
