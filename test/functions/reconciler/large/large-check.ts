import { kinds, manyObjects } from '../../../../bench/reconcile/objects.ts';
import { fieldManager } from '../../../../shared/kubernetes/names.ts';
import { createWorld } from '../../../support/reconciler-world.ts';
import { createLargeServer } from './large-server.ts';

/** A program of its own, since only a process can be asked how much memory it took: applies 10,000 objects and looks for drift of them. */
const namespace = 'shop';
const manager = fieldManager({ environment: 'staging', application: 'web' });
const { transport, lists } = createLargeServer(kinds, manager);
const world = await createWorld({ transport, namespace });
await world.commit(manyObjects(10_000, { namespace }));
await world.reconcile();
const applied = await world.state();
lists.length = 0;
await world.reconcile('check');
console.log(
  JSON.stringify({
    phase: applied?.phase,
    objects: applied?.counts.objects,
    problems: applied?.problems,
    isSame: (await world.state())?.version === applied?.version,
    lists: lists.length,
    limits: [...new Set(lists.map((query) => query.get('limit')))],
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
