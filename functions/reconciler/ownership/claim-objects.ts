import type { Inventory } from '../../../shared/artifacts/inventory.ts';
import type { ApplySettings } from '../../../shared/artifacts/release.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import { describeAdoption } from '../../../shared/kubernetes/adoption.ts';
import type { Discovery } from '../../../shared/kubernetes/discovery.ts';
import { describeKeeper } from '../../../shared/kubernetes/keepers.ts';
import { indexResources } from '../../../shared/kubernetes/resource.ts';
import type { Log } from '../../../shared/lambda/sqs-batch.ts';
import type { ApplyContext } from '../apply-object.ts';
import { concurrentObjects } from '../apply-stages.ts';
import type { RunFailure } from '../decide-result.ts';
import type { Prepared } from '../prepared.ts';
import { type Adoptions, findAdoptions } from './find-adoptions.ts';
import { leaveReplicas } from './leave-replicas.ts';

type Context = Pick<ApplyContext, 'cluster' | 'manager' | 'isAutoscaled'> & {
  inventory: Inventory;
  discovery: Discovery;
  settings: Pick<ApplySettings, 'adopt'>;
};

/**
 * Looks, before anything is written, at what of an artifact others have in hand: what is to be taken over from them goes with each object,
 * what is not to be is refused. Objects that are ours and unchanged are not looked at.
 */
export async function claimObjects(
  prepared: readonly Prepared[],
  { discovery, settings, ...context }: Context,
): Promise<{ prepared: Prepared[]; refusals: RunFailure[]; adoptions: Adoptions['byKey'] }> {
  const { inventory, isAutoscaled } = context;
  const resources = indexResources(discovery.resources);
  const { byKey, refusals } = await findAdoptions(prepared, { ...context, resources, adopt: settings.adopt });
  const claimed = await mapConcurrently(prepared, concurrentObjects, async (each): Promise<Prepared> => {
    const entry = inventory.get(each.key);
    if (entry?.desired === each.desired) return each;
    const adoption = byKey.get(each.key);
    return leaveReplicas(adoption === undefined ? each : { ...each, adoption }, entry, isAutoscaled);
  });
  return { prepared: claimed, refusals, adoptions: byKey };
}

/** Whether another tool has installed what is about to be taken over: it wasn't only made by hand. */
export const isInstalled = (adoptions: Adoptions['byKey']) =>
  [...adoptions.values()].some(({ keepers }) => keepers.length > 0);

/** Says what is about to be taken over, and what its tool would still do with it if somebody called it. */
export function logAdoptions(adoptions: Adoptions['byKey'], log: Log): void {
  const all = [...adoptions.values()];
  for (const [from, group] of Map.groupBy(all, describeAdoption))
    log.info('taken over', { from, objects: group.length });
  const releases = all.flatMap(({ keepers }) => keepers.filter(({ by }) => by?.kind === 'release'));
  for (const [release, [keeper]] of Map.groupBy(releases, describeKeeper)) {
    const { namespace, name } = keeper?.by ?? { namespace: '', name: '' };
    const remedy = `kubectl delete secret --namespace ${namespace} --selector owner=helm,name=${name}`;
    log.warn('helm upgrade and helm uninstall would still change what was taken over', { release, remedy });
  }
}
