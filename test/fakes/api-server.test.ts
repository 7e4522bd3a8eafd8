import { describe } from 'vitest';
import { clusterContract } from '../contracts/cluster.ts';
import { clusterOver } from '../support/cluster-access.ts';
import { createFakeApiServer } from './api-server.ts';

describe('the API server of tests', () => {
  clusterContract(async () => ({ cluster: clusterOver(createFakeApiServer().transport), namespace: 'contract' }));
});
