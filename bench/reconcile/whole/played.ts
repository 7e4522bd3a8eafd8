import { repositoryName } from '../../../local/stack/settings.ts';
import type { Stack } from '../../../local/stack/start.ts';
import { eventually } from '../../../local/story/eventually.ts';
import { createDynamoStateStore } from '../../../shared/state/dynamo.client.ts';
import type { ApplicationState } from '../../../shared/state/types.ts';
import type { Admin } from '../admin.ts';
import { applicationObjects } from '../objects.ts';
import { checkVersions, patience, untilEmpty, untilVersion } from './deployed.ts';
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
  const state = createDynamoStateStore({
    client: account.clients.dynamodb,
    table: played.outputs.StateTableName ?? '',
  });
  let names: string[] = [];
  const commit = (files: Record<string, string | null>, message: string) =>
    github.commit({ repository: repositoryName, branch: environment, files, message });
  const until = (what: string, holds: (each: ApplicationState) => boolean, count: number) =>
    withTicks(stack, (moved) =>
      eventually(
        `${count} applications to be ${what}`,
        async () => {
          const found = await state.listApplications(environment);
          moved(found.map(({ version }) => version).join());
          return found.length === count && found.every(holds);
        },
        patience,
      ),
    );
  stack.open();
  played.schedules.stop();
  await until('healthy', isHealthy, 1);

  return {
    name: 'Plumbline, played stack',
    async first(count, version) {
      names = applicationNames(count);
      const elapsed = stopwatch();
      await commit(
        Object.fromEntries(names.map((name) => [fileOf(name), manifest(name, version)])),
        'Add applications',
      );
      const off = until('applied', isApplied, count + 1).then(elapsed);
      const on = until('healthy', isHealthy, count + 1).then(elapsed);
      const seconds = { off: await off, on: await on };
      await checkVersions(admin, namespace, count, version);
      return { task: 'First apply', seconds, ...notMeasured };
    },
    async revise(version) {
      const name = applicationName(0);
      const elapsed = stopwatch();
      const revision = await commit({ [fileOf(name)]: manifest(name, version) }, 'Change one application');
      const off = withTicks(stack, () => untilVersion(admin, { namespace, name }, version)).then(elapsed);
      const isDone = (each: ApplicationState) =>
        each.application !== name || (each.revision === revision && isHealthy(each));
      const on = until('healthy', isDone, names.length + 1).then(elapsed);
      return { task: 'New revision of one application', seconds: { off: await off, on: await on }, ...notMeasured };
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
      await until('left', isHealthy, 1);
      names = [];
      await untilEmpty(admin, namespace);
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

const isHealthy = ({ phase }: ApplicationState) => phase === 'healthy';
const isApplied = ({ applied, artifact, phase }: ApplicationState) =>
  applied !== undefined && applied === artifact && phase !== 'applying';

/**
 * Lets ticks come when nothing moves any more, by what `work` says of it. In between they would only send once more what still waits in
 * the queues, for which the emulator is too slow.
 */
async function withTicks<Result>(
  { played: { schedules } }: Stack,
  work: (moved: (state: string) => void) => Promise<Result>,
): Promise<Result> {
  const fire = () => Promise.all(['retry', 'resync'].map((kind) => schedules.fireNow(`DispatcherEvery${kind}`)));
  const timer = setInterval(() => void fire(), patienceWithLost);
  let last = '';
  try {
    return await work((state) => {
      if (state !== last) timer.refresh();
      last = state;
    });
  } finally {
    clearInterval(timer);
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
