import { pullRequestStoreContract } from '../contracts/pull-request-store.ts';
import { createMemoryPullRequestStore } from './memory-pull-request-store.ts';

pullRequestStoreContract('in memory', async () => createMemoryPullRequestStore());
