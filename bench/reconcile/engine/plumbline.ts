import { randomUUID } from 'node:crypto';
import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';
import type { Bundle } from '../function/bundle.ts';
import { definitionOf, reconcileBy, startReconciler } from '../function/reconciler.ts';
import { describeCluster, desire, environment } from '../function/revisions.ts';
import { type Storage, startStorage } from '../function/storage.ts';
import { type Engine, inSeconds } from './engine.ts';

type Options = { bundle: Bundle; cluster: LocalCluster; namespace: string };

/** So often is the function called again when its time runs out before it is done. */
const maximumCalls = 10;

/** The reconciler from its bundle, in a process of its own that stays warm. What it keeps in S3 and DynamoDB answers at once. */
export async function startPlumbline({ bundle, cluster, namespace }: Options): Promise<Engine> {
  const storage = await startStorage();
  await describeCluster(cluster, storage);
  const instance = startReconciler(definitionOf(bundle), storage);
  const invoke = (event: unknown) => instance.invoke(randomUUID(), JSON.stringify(event));
  let sequence = 0;
  let application = '';
  await instance.ready;
  return {
    name: 'Plumbline',
    namespace,
    async prepare(objects, work) {
      if (work === 'first') application = `application-${sequence}`;
      if (work !== 'check') {
        sequence += 1;
        await desire({ sequence, namespace, applications: new Map([[application, objects]]) }, storage);
      }
      return async (watch) => {
        watch(instance.pid);
        return inSeconds(() =>
          work === 'check'
            ? reconcileBy(invoke, application, 'check')
            : applyWhole(() => reconcileBy(invoke, application, 'apply'), application, storage),
        );
      };
    },
    async close() {
      await instance.kill();
      await storage.close();
    },
  };
}

/** @throws Error with the problems if it isn't healthy in the end */
async function applyWhole(apply: () => Promise<void>, application: string, { state }: Storage): Promise<void> {
  for (let call = 1; ; call += 1) {
    await apply();
    const { phase, problems = [] } = (await state.readApplication(environment, application)) ?? {};
    if (phase === 'healthy') return;
    if (phase !== 'applying' || call === maximumCalls)
      throw new Error(`${application} is ${phase}: ${problems.map(({ message }) => message).join('; ')}`);
  }
}
