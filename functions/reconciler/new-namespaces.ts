import type { Inventory } from '../../shared/artifacts/inventory.ts';
import type { ApplySettings } from '../../shared/artifacts/release.ts';
import { RefusedError, TryAgainError } from '../../shared/errors.ts';
import type { Cluster } from '../../shared/kubernetes/cluster.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { environmentLabel, fieldManager, managerPrefix } from '../../shared/kubernetes/names.ts';
import { contentsOfNamespace, namespaceFor, usedByPrefix } from '../../shared/kubernetes/new-namespaces.ts';
import type { Resource } from '../../shared/kubernetes/resource.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import type { RunFailure } from './decide-result.ts';
import type { Connection } from './ports.ts';
import type { ApplicationRun, Run } from './run.ts';

/** Namespaces that an environment makes itself come with the first application in them, and go with the last. */

type Settings = Pick<ApplySettings, 'newNamespaces' | 'podSecurity'>;
type Placed = { namespace: string };

const core = (kind: string, plural: string, namespaced = true): Resource => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced,
  verbs: [],
});
const namespaces = core('Namespace', 'namespaces', false);
const pods = core('Pod', 'pods');
const resources: Record<string, Resource> = {
  ResourceQuota: core('ResourceQuota', 'resourcequotas'),
  LimitRange: core('LimitRange', 'limitranges'),
  RoleBinding: { ...core('RoleBinding', 'rolebindings'), group: 'rbac.authorization.k8s.io' },
};

const namesIn = (placed: Iterable<Placed>, prefix: string | undefined): string[] =>
  prefix === undefined
    ? []
    : [...new Set([...placed].map(({ namespace }) => namespace))].filter((name) => name.startsWith(prefix));

/** Those of them that aren't there yet. */
export async function findNew(placed: Iterable<Placed>, { maker }: Connection, { newNamespaces }: Settings) {
  const names = namesIn(placed, newNamespaces?.prefix);
  const live = await Promise.all(names.map((name) => maker.read(namespaces, { namespace: '', name })));
  return new Set(names.filter((_, index) => live[index] === undefined));
}

/**
 * Makes the namespaces of these objects, with their limits and the environment's rights in them; of what is there already, makes sure.
 *
 * @returns why one can't be had; nothing may be written to it then
 */
export async function ensureNamespaces(run: ApplicationRun, placed: Iterable<Placed>): Promise<RunFailure[]> {
  const { settings } = run.entry;
  const names = namesIn(placed, settings.newNamespaces?.prefix);
  const failures = await Promise.all(names.map((name) => ensure(name, run, settings)));
  return failures.flatMap((failure, index) => (failure === undefined ? [] : [tell(failure, names[index] ?? '')]));
}

const tell = ({ message, retryable }: Failure, namespace: string): RunFailure => ({
  problem: { object: `Namespace ${namespace}`, message },
  retryable,
});

async function ensure(namespace: string, run: Run, settings: Settings): Promise<Failure | undefined> {
  const { newNamespaces, podSecurity = 'baseline' } = settings;
  if (newNamespaces === undefined) return undefined;
  const { environment, application } = run.session.name;
  const place = { environment, namespace };
  const limits = { ...newNamespaces, podSecurity };
  const { maker } = run.open;
  const own = fieldManager(run.session.name);
  const failure = await apply(maker, namespaces, namespaceFor(place, application, limits), own);
  if (failure !== undefined) return failure;
  for (const object of contentsOfNamespace(place, limits)) {
    const resource = resources[object.kind];
    const refused = resource && (await apply(maker, resource, object, `${managerPrefix}${environment}`));
    if (refused !== undefined) return refused;
  }
  return awaitRights(namespace, run);
}

async function apply(maker: Cluster, resource: Resource, object: KubernetesObject, manager: string) {
  const applied = await maker.apply(resource, object, { manager, force: true, dryRun: false });
  return applied.outcome === 'refused' ? applied.failure : undefined;
}

const patienceMilliseconds = 10_000;
const pauseMilliseconds = 100;

/** API servers hear of new rights a moment after they are written. */
async function awaitRights(namespace: string, { open, ports }: Run): Promise<Failure | undefined> {
  for (let waited = 0; waited < patienceMilliseconds; waited += pauseMilliseconds) {
    try {
      await open.cluster.read(pods, { namespace, name: 'plumbline' });
      return undefined;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      await ports.sleep(pauseMilliseconds);
    }
  }
  const message = 'the cluster has not yet heard of the rights in it; apply what "plumbline rbac" prints if this stays';
  return { message, retryable: true };
}

/**
 * Lets go of namespaces that the application has nothing in any more: the last one that does deletes it. The cluster itself knows which are
 * the application's, so that none is forgotten whenever a run was killed.
 *
 * @param prefix of the namespaces that may be made for it. Default: none may
 * @throws TryAgainError if one can't be let go of, so that the next run tries again
 */
export async function releaseNamespaces(run: Run, after: Inventory, prefix: string | undefined): Promise<void> {
  if (prefix === undefined) return;
  const { name } = run.session;
  const all = await run.open.maker.list(namespaces, '', `${environmentLabel}=${name.environment}`);
  const staying = new Set(namesIn(after.values(), prefix));
  const ours = all.filter((each) => usersOf(each).includes(name.application) && !staying.has(each.metadata.name));
  for (const each of ours) await release(each, run);
}

const usersOf = ({ metadata }: LiveObject): string[] =>
  Object.keys(metadata.annotations ?? {})
    .filter((key) => key.startsWith(usedByPrefix))
    .map((key) => key.slice(usedByPrefix.length));

async function release(live: LiveObject, { session, open: { maker }, log }: Run): Promise<void> {
  const { name, uid } = live.metadata;
  const isLast = usersOf(live).length === 1;
  const failure = isLast ? await remove(maker, name, uid) : await leave(maker, name, session.name);
  if (failure !== undefined)
    throw new TryAgainError(`the namespace ${name} could not be let go of: ${failure.message}`);
  log.info(isLast ? 'namespace deleted' : 'namespace left to others', { namespace: name });
}

async function remove(maker: Cluster, name: string, uid: string): Promise<Failure | undefined> {
  const removed = await maker.remove(namespaces, { namespace: '', name }, uid);
  return removed.outcome === 'refused' ? removed.failure : undefined;
}

/** Applying nothing takes our mark away; what others apply as well stays. */
function leave(maker: Cluster, name: string, application: Run['session']['name']) {
  const nothing = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  return apply(maker, namespaces, nothing, fieldManager(application));
}
