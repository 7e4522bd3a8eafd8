import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import type { Plan } from '../../shared/artifacts/plan.ts';
import type { Release } from '../../shared/artifacts/release.ts';
import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { type ApplicationName, fieldManager } from '../../shared/kubernetes/names.ts';
import { indexResources } from '../../shared/kubernetes/resource.ts';
import { isApplied, type RenderedEntry } from '../../shared/state/standing.ts';
import type { ApplicationState } from '../../shared/state/types.ts';
import type { ApplyContext } from './apply-object.ts';
import { secretWarnings } from './check-artifact.ts';
import { discoveryFor } from './discovery-for.ts';
import { readRemovalHooks } from './hooks/removal-hooks.ts';
import { findNew } from './new-namespaces.ts';
import { openCluster } from './open-cluster.ts';
import { createIsAutoscaled } from './ownership/autoscalers.ts';
import { claimObjects, isInstalled } from './ownership/claim-objects.ts';
import { createFindHeir } from './ownership/heirs.ts';
import { findSuspicion } from './plan-apply.ts';
import type { Connection, ReconcilerPorts } from './ports.ts';
import { type PreparedRun, prepareRun } from './prepare-run.ts';
import { type Prepared, problemWith } from './prepared.ts';
import { type PlannedHook, previewApply } from './preview-apply.ts';
import type { Preview } from './preview-object.ts';
import { kept, previewPrune } from './preview-prune.ts';
import { readInventory } from './session.ts';
import { planRemoval } from './steps/plan-removal.ts';
import type { Step } from './steps/plan-steps.ts';
import { planWork } from './steps/plan-work.ts';

type PlanContext = {
  name: ApplicationName;
  /** The release that is planned. */
  release: Release;
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
  const { prune: isPruned, pruneLimit } = settings;
  const open = await openCluster(name.environment, ports, deadline);
  const found = await prepareRun({ entry, open, ports, session: { name }, log: ports.log });
  const inventory = await readInventory(state?.inventory, ports);
  const newNamespaces = await findNew(identitiesOf(found), open, settings);
  const isInNew = ({ identity }: Prepared) => newNamespaces.has(identity.namespace);
  const asked = { ...found, prepared: found.prepared.filter((each) => !isInNew(each)) };
  const claimed = await claim(asked, {
    ...applyContext(context, open),
    discovery: found.discovery,
    inventory,
    settings,
  });
  const preparation = { ...claimed, prepared: [...claimed.prepared, ...found.prepared.filter(isInNew)] };
  const { plan, steps } = planWork({ ...preparation, inventory, ...nextOf(context, entry), isPruned });
  const discovery = await discoveryFor(inventory.values(), open);
  const asking = { ...applyContext(context, open), discovery, inventory, newNamespaces };
  const isAskable = askable(preparation);
  const hooks = isApplied(state, entry) ? [] : hooksIn(steps).filter(({ hook }) => isAskable(hook));
  const { before, objects, after } = await previewApply(plan.send.filter(isAskable), hooks, asking);
  const leaving = isPruned ? prunedIn(steps) : plan.gone;
  const gone = await previewGone(leaving, context, { open, discovery, isRemoval: false, isPruned });
  const released = plan.released.map((each) => kept(each, 'Git says that it is never to be applied'));
  return {
    ...verdictOn(preparation, isPruned ? findSuspicion(plan, inventory, pruneLimit) : undefined),
    warnings: [...entry.warnings, ...secretWarnings({ prepared: preparation.prepared, settings })],
    unchanged: plan.unchanged.length + objects.filter((each) => each === undefined).length,
    objects: [...before, ...objects, ...gone, ...released, ...after].filter((each) => each !== undefined),
  };
}

/** What deleting the application would do. */
export async function previewRemoval(context: PlanContext): Promise<Planned> {
  const { name, state, ports, deadline } = context;
  if (state === undefined) return nothingPlanned;
  const inventory = await readInventory(state.inventory, ports);
  const isPruned = state.prune !== false;
  const open = await openCluster(name.environment, ports, deadline);
  const discovery = await discoveryFor(inventory.values(), open);
  const hooks = isPruned ? await readRemovalHooks({ state, ports, log: ports.log }, discovery) : [];
  const { steps } = planRemoval({ state, sequence: 0, inventory, hooks });
  const asking = { ...applyContext(context, open), discovery, inventory };
  const { before, after } = await previewApply([], hooksIn(steps), asking);
  const gone = await previewGone([...inventory.values()], context, { open, discovery, isRemoval: true, isPruned });
  return { ...nothingPlanned, objects: [...before, ...gone, ...after].filter((each) => each !== undefined) };
}

const identitiesOf = ({ prepared, hooks }: PreparedRun) => [...prepared, ...hooks].map(({ identity }) => identity);

/** What may not even be asked about is among what is refused. */
async function claim(found: PreparedRun, context: Parameters<typeof claimObjects>[1]) {
  if (found.refusals.length > 0) return { ...found, isAdopted: false };
  const { adoptions, ...claimed } = await claimObjects(found.prepared, context);
  return { ...found, ...claimed, isAdopted: isInstalled(adoptions) };
}

/** Where the application would go on from. The sequence only marks what is made. */
const nextOf = ({ state }: PlanContext, { artifact }: RenderedEntry) => ({
  state: state ?? {},
  digest: artifact.digest,
  sequence: 0,
});

const hooksIn = (steps: readonly Step[]): PlannedHook[] =>
  steps.flatMap((step) => (step.do === 'hooks' ? step.hooks.map((hook) => ({ hook, event: step.event })) : []));

const prunedIn = (steps: readonly Step[]): InventoryEntry[] =>
  steps.flatMap((step) => (step.do === 'prune' ? step.entries : []));

/** What is refused already is not sent: the environment may not even be allowed to ask. */
function askable({ refusals }: PreparedRun): (each: Prepared) => boolean {
  const refused = new Set(refusals.map(({ problem }) => problem.object));
  return (each) => !refused.has(problemWith(each, '').object);
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
  { name, release, ports, deadline }: PlanContext,
  { open: { cluster }, discovery, isRemoval, isPruned }: Gone,
): Promise<Preview[]> {
  const { stale } = discovery;
  const resources = indexResources(discovery.resources);
  const findHeir = createFindHeir({
    name,
    resources,
    readHolders: ports.readHolders,
    readRelease: async () => release,
  });
  return previewPrune(entries, { cluster, resources, stale, name, deadline, isRemoval, isPruned, findHeir });
}
