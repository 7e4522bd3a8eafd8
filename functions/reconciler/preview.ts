import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import type { Plan } from '../../shared/artifacts/plan.ts';
import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { type ApplicationName, fieldManager } from '../../shared/kubernetes/names.ts';
import { indexResources } from '../../shared/kubernetes/resource.ts';
import type { RenderedEntry } from '../../shared/state/standing.ts';
import type { ApplicationState } from '../../shared/state/types.ts';
import type { ApplyContext } from './apply-object.ts';
import { secretWarnings } from './check-artifact.ts';
import { discoveryFor } from './discovery-for.ts';
import { openCluster } from './open-cluster.ts';
import { createIsAutoscaled } from './ownership/autoscalers.ts';
import { claimObjects } from './ownership/claim-objects.ts';
import { type ApplyPlan, findSuspicion, planApply } from './plan-apply.ts';
import type { Connection, ReconcilerPorts } from './ports.ts';
import { type PreparedRun, prepareRun } from './prepare-run.ts';
import { problemWith } from './prepared.ts';
import { previewApply } from './preview-apply.ts';
import type { Preview } from './preview-object.ts';
import { kept, previewPrune } from './preview-prune.ts';
import { readInventory } from './session.ts';

type PlanContext = {
  name: ApplicationName;
  /** Of today. */
  state: ApplicationState | undefined;
  ports: ReconcilerPorts;
  deadline: Deadline;
};

export type Planned = Pick<Plan, 'outcome' | 'problems' | 'warnings' | 'unchanged' | 'objects'>;

export const nothingPlanned: Planned = { outcome: 'planned', problems: [], warnings: [], unchanged: 0, objects: [] };

/** What applying an artifact would do. What speaks against it as a whole is told beside what its other objects would come to. */
export async function preview(entry: RenderedEntry, context: PlanContext): Promise<Planned> {
  const { name, state, ports, deadline } = context;
  const { settings } = entry;
  const open = await openCluster(name.environment, ports, deadline);
  const found = await prepareRun({ entry, open, ports, session: { name }, log: ports.log });
  const inventory = await readInventory(state?.inventory, ports);
  const claim = { ...found, ...applyContext(context, open), inventory, settings };
  // What may not even be asked about is among what is refused.
  const preparation = found.refusals.length > 0 ? found : { ...found, ...(await claimObjects(found.prepared, claim)) };
  const plan = planApply(preparation.prepared, inventory);
  const discovery = await discoveryFor(inventory.values(), open);
  const sent = await previewApply(askable(plan, preparation), { ...applyContext(context, open), discovery, inventory });
  const gone = await previewGone(plan.gone, context, { open, discovery, isRemoval: false, isPruned: settings.prune });
  const released = plan.released.map((each) => kept(each, 'Git says that it is never to be applied'));
  const suspicion = settings.prune ? findSuspicion(plan, inventory, settings.pruneLimit) : undefined;
  return {
    ...verdictOn(preparation, suspicion),
    warnings: [...entry.warnings, ...secretWarnings({ prepared: preparation.prepared, settings })],
    unchanged: plan.unchanged.length + sent.filter((each) => each === undefined).length,
    objects: [...sent, ...gone, ...released].filter((each) => each !== undefined),
  };
}

/** What deleting the application would do. */
export async function previewRemoval(context: PlanContext): Promise<Planned> {
  const { name, state, ports, deadline } = context;
  const entries = [...(await readInventory(state?.inventory, ports)).values()];
  if (entries.length === 0) return nothingPlanned;
  const open = await openCluster(name.environment, ports, deadline);
  const discovery = await discoveryFor(entries, open);
  const isPruned = state?.prune !== false;
  const gone = await previewGone(entries, context, { open, discovery, isRemoval: true, isPruned });
  return { ...nothingPlanned, objects: gone.filter((each) => each !== undefined) };
}

/** What is refused already is not sent: the environment may not even be allowed to ask. */
function askable({ send }: ApplyPlan, { refusals }: PreparedRun) {
  const refused = new Set(refusals.map(({ problem }) => problem.object));
  return send.filter((each) => !refused.has(problemWith(each, '').object));
}

function verdictOn({ refusals }: PreparedRun, suspicion: string | undefined): Pick<Plan, 'outcome' | 'problems'> {
  if (refusals.length > 0) return { outcome: 'refused', problems: refusals.map(({ problem }) => problem) };
  return suspicion === undefined
    ? { outcome: 'planned', problems: [] }
    : { outcome: 'held', problems: [{ message: suspicion }] };
}

/** Nothing is waited for: what hinders an object now is told. */
const applyContext = ({ name, ports, deadline }: PlanContext, { cluster }: Connection): ApplyContext => ({
  cluster,
  manager: fieldManager(name),
  deadline,
  patience: { remaining: () => 0 },
  sleep: ports.sleep,
  isAutoscaled: createIsAutoscaled(cluster, fieldManager(name)),
});

type Gone = { open: Connection; discovery: Discovery; isRemoval: boolean; isPruned: boolean };

function previewGone(
  entries: readonly InventoryEntry[],
  { name, deadline }: PlanContext,
  { open: { cluster }, discovery: { resources, stale }, isRemoval, isPruned }: Gone,
): Promise<Preview[]> {
  const common = { cluster, resources: indexResources(resources), stale, name, deadline };
  return previewPrune(entries, { ...common, isRemoval, isPruned });
}
