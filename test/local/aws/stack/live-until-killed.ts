/** Plays the test's stack, runs one of its functions, says so, and then waits for its end. */
import { once } from 'node:events';
import { playTestStack } from './play.ts';

const local = await playTestStack();
await local.call('Caller', { call: 'environment' });
process.send?.({ folder: local.account.folder });
await once(process, 'message');
await local.close();
process.disconnect?.();
