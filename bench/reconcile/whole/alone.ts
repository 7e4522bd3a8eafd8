import type { Credentials } from '../../../local/aws/guard/signature.ts';
import { createPool, type FunctionPool } from '../../../local/aws/lambda/pool.ts';
import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';
import { mapConcurrently } from '../../../shared/concurrency.ts';
import type { Admin } from '../admin.ts';
import type { Bundle } from '../function/bundle.ts';
import { definitionOf, reconcileBy, startReconciler } from '../function/reconciler.ts';
import { describeCluster, desire, environment } from '../function/revisions.ts';
import { type Storage, startStorage } from '../function/storage.ts';
import { applicationObjects } from '../objects.ts';
import { watchProcesses } from '../process-usage.ts';
import { checkVersions, clearNamespace, untilVersion } from './deployed.ts';
import { createStateWatch, isApplied } from './state-watch.ts';
import { applicationName, applicationNames, type Measured, type Subject, stopwatch } from './subject.ts';

type Options = { bundle: Bundle; cluster: LocalCluster; admin: Admin; namespace: string; credentials: Credentials };

/** As many processes as the played stack has of a function. On AWS its queue gives it up to ten. */
const processes = 4;

/** The reconciler from its bundle, in processes that stay warm, with a storage that answers at once: a message for each application. */
export async function startAlone({ bundle, cluster, admin, namespace, credentials }: Options): Promise<Subject> {
  const watch = createStateWatch();
  const storage = await startStorage(watch.see);
  await describeCluster(cluster, storage);
  const pool = createPool(definitionOf(bundle), {
    start: async (definition) => startReconciler(definition, storage, credentials),
    observe: () => {},
    warn: (message) => console.error(message),
    maxInstances: processes,
  });
  const reconcile = (names: readonly string[], mode: 'apply' | 'check') =>
    mapConcurrently(names, processes, (name) => reconcileBy((event) => pool.invoke(event), name, mode));
  await reconcile(Array(processes).fill('nobody'), 'check');
  const release = createReleases(namespace, storage);
  let versions = new Map<string, string>();

  return {
    name: 'Plumbline, function alone',
    async first(count, version) {
      versions = new Map(applicationNames(count).map((name) => [name, version]));
      await release(versions);
      const measured = await measure('First apply', pool, async (elapsed) => {
        const off = watch.until('applied', [...versions.keys()], isApplied).then(elapsed);
        await reconcile([...versions.keys()], 'apply');
        return { on: elapsed(), off: await off };
      });
      await checkVersions(admin, namespace, count, version);
      await checkHealthy(storage, count);
      return measured;
    },
    async revise(version) {
      const name = applicationName(0);
      versions.set(name, version);
      await release(versions);
      const measured = await measure('New revision of one application', pool, async (elapsed) => {
        const off = untilVersion(admin, { namespace, name }, version).then(elapsed);
        await reconcile([name], 'apply');
        return { on: elapsed(), off: await off };
      });
      await checkHealthy(storage, versions.size);
      return measured;
    },
    look: () =>
      measure('Nothing to do', pool, async (elapsed) => {
        await reconcile([...versions.keys()], 'check');
        return { off: elapsed(), on: elapsed() };
      }),
    async clear() {
      await clearNamespace(admin, namespace);
      storage.forgetApplications();
    },
    async close() {
      await pool.close();
      await storage.close();
    },
  };
}

type Work = (elapsed: () => number) => Promise<Measured['seconds']>;

async function measure(task: Measured['task'], pool: FunctionPool, work: Work): Promise<Measured> {
  const watched = watchProcesses(pool.processes());
  const seconds = await work(stopwatch());
  return { task, seconds, ...watched.end() };
}

function createReleases(namespace: string, storage: Storage) {
  let sequence = 0;
  return (versions: ReadonlyMap<string, string>) => {
    sequence += 1;
    const applications = new Map(
      [...versions].map(([name, version]) => [name, applicationObjects(name, version)] as const),
    );
    return desire({ sequence, namespace, applications }, storage);
  };
}

/** @throws Error if not so many applications are healthy */
async function checkHealthy({ state }: Storage, count: number): Promise<void> {
  const names = applicationNames(count);
  const states = await Promise.all(names.map((name) => state.readApplication(environment, name)));
  const healthy = states.filter((each) => each?.phase === 'healthy').length;
  if (healthy !== count) throw new Error(`${healthy} of ${count} applications are healthy`);
}
