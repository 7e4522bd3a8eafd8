import { objectStoreContract } from '../contracts/object-store.ts';
import { stateStoreContract } from '../contracts/state-store.ts';
import { createMemoryObjectStore } from './memory-object-store.ts';
import { createMemoryStateStore } from './memory-state-store.ts';

stateStoreContract('in memory', async () => createMemoryStateStore());
objectStoreContract('in memory', async () => createMemoryObjectStore());
