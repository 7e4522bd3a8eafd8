import { repositoryName } from '../../../local/stack/settings.ts';
import type { Stack } from '../../../local/stack/start.ts';
import { eventually } from '../../../local/story/eventually.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo.client.ts';
import type { Admin } from '../admin.ts';
import { applicationObjects } from '../objects.ts';
import { checkVersions, patience, untilEmpty, untilVersion } from './deployed.ts';
import { createStateWatch, type Item, isApplied, isHealthy, type StateWatch } from './state-watch.ts';
import { applicationName, applicationNames, notMeasured, type Subject, stopwatch } from './subject.ts';

/** What was lost on the way is brought back by a tick, in milliseconds after nothing has moved any more. */
const patienceWithLost = 60_000;

/** An environment is never without any application; this one stays while the others come and go. */
const lasting = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lasting' } });
export const lastingFiles = { 'applications/lasting/manifest.yaml': lasting };

type Options = { stack: Stack; admin: Admin; environment: string; namespace: string };

/** The whole of Plumbline, from the push of a commit: webhook, rendering, queues and functions, on the emulator. */
export async function startPlayed({ stack, admin, environment, namespace }: Options): Promise<Subject> {
  const { github, account, played } = stack;
  const table = played.outputs.StateTableName ?? '';
  const state = createDynamoStateStore({ client: account.clients.dynamodb, table });
  let names: string[] = [];
  const commit = (files: Record<string, string | null>, message: string) =>
    github.commit({ repository: repositoryName, branch: environment, files, message });
  const watch = createStateWatch();
  account.onCall(({ name, parameters: { TableName, Item } }) => {
    if (name === 'PutItem' && TableName === table) watch.see(Item as Item);
  });
  const lastingIsHealthy = watch.until('healthy', ['lasting'], isHealthy);
  stack.open();
  played.schedules.stop();
  await lastingIsHealthy;

  return {
    name: 'Plumbline, played stack',
    async first(count, version) {
      names = applicationNames(count);
      const elapsed = stopwatch();
      await commit(
        Object.fromEntries(names.map((name) => [fileOf(name), manifest(name, version)])),
        'Add applications',
      );
      const seconds = await withTicks(stack, watch, async () => {
        const off = watch.until('applied', names, isApplied).then(elapsed);
        const on = watch.until('healthy', names, isHealthy).then(elapsed);
        return { off: await off, on: await on };
      });
      await checkVersions(admin, namespace, count, version);
      return { task: 'First apply', seconds, ...notMeasured };
    },
    async revise(version) {
      const name = applicationName(0);
      const elapsed = stopwatch();
      const revision = await commit({ [fileOf(name)]: manifest(name, version) }, 'Change one application');
      const seconds = await withTicks(stack, watch, async () => {
        const off = untilVersion(admin, { namespace, name }, version).then(elapsed);
        const isDone = (item: Item) => item.revision?.S === revision && isHealthy(item);
        const on = watch.until('healthy', [name], isDone).then(elapsed);
        return { off: await off, on: await on };
      });
      return { task: 'New revision of one application', seconds, ...notMeasured };
    },
    async look() {
      const elapsed = stopwatch();
      const looked = countInvocations(stack, names.length + 1);
      await played.schedules.fireNow('DispatcherEverydrift');
      await looked;
      const seconds = elapsed();
      return { task: 'Nothing to do', seconds: { off: seconds, on: seconds }, ...notMeasured };
    },
    async clear() {
      await commit(Object.fromEntries(names.map((name) => [fileOf(name), null])), 'Remove applications');
      names = [];
      await withTicks(stack, watch, async () => {
        await untilEmpty(admin, namespace);
        await eventually(
          'one application to be left',
          async () => (await state.listApplications(environment)).length === 1,
          patience,
        );
      });
    },
    close: async () => {},
  };
}

const fileOf = (name: string) => `applications/${name}/manifest.yaml`;

function manifest(name: string, version: string): string {
  return applicationObjects(name, version)
    .map((object) => JSON.stringify(object))
    .join('\n---\n');
}

/**
 * Lets ticks come when no state is written any more. In between they would only send once more what still waits in the queues, for which
 * the emulator is too slow.
 */
async function withTicks<Result>(
  { played: { schedules } }: Stack,
  watch: StateWatch,
  work: () => Promise<Result>,
): Promise<Result> {
  const fire = () => Promise.all(['retry', 'resync'].map((kind) => schedules.fireNow(`DispatcherEvery${kind}`)));
  const timer = setInterval(() => void fire(), patienceWithLost);
  const unwatch = watch.onWrite(() => timer.refresh());
  try {
    return await work();
  } finally {
    clearInterval(timer);
    unwatch();
  }
}

/** Waits until the reconciler has ended so many invocations. */
function countInvocations({ played }: Stack, count: number): Promise<void> {
  const reconciler = played.functions.find((name) => name.includes('Reconciler'));
  return new Promise((resolve) => {
    let left = count;
    const see = ({ phase, function: name }: { phase: string; function: string }) => {
      if (phase !== 'end' || name !== reconciler) return;
      left -= 1;
      if (left > 0) return;
      played.events.off('invocation', see);
      resolve();
    };
    played.events.on('invocation', see);
  });
}
