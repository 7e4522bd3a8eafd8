import { repository } from '../../../local/stack/settings.ts';
import { type Stack, startStack } from '../../../local/stack/start.ts';
import { createTemporaryFolder } from '../../../local/tools/guardian.ts';
import type { Progress } from '../../../local/tools/progress.ts';
import { readPods, rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import { groupOf } from '../../../shared/manifests/object.ts';
import { createAdmin } from '../admin.ts';
import type { KustomizeController } from '../build-peers.ts';
import { rotate } from '../engine/measure.ts';
import type { Bundle } from '../function/bundle.ts';
import { allow } from '../function/cluster.ts';
import { kinds } from '../objects.ts';
import { startAlone } from './alone.ts';
import { startFlux } from './flux.ts';
import { startController } from './flux-controller.ts';
import { lastingFiles, startPlayed } from './played.ts';
import { type Gathered, gather, type WholeResult } from './results.ts';
import type { Subject } from './subject.ts';

export type WholeOptions = {
  counts: readonly number[];
  repeats: number;
  bundle: Bundle;
  /** Undefined where it can't be had. */
  controller: KustomizeController | undefined;
  progress: Progress;
};

const environment = 'played';
const namespaces = { alone: 'alone', played: 'played', off: 'flux-off', on: 'flux-on' };

/**
 * Measures whole applications on one cluster with all its controllers: the played stack's own. Gives the results of one number of
 * applications after the other.
 */
export async function* measureWhole(options: WholeOptions): AsyncGenerator<WholeResult[]> {
  const { progress } = options;
  const rules = [
    ...rulesForKinds(kinds.map(({ apiVersion, kind }) => ({ group: groupOf(apiVersion), kind }))),
    readPods,
  ];
  const stack = await startStack({
    environments: [
      {
        name: environment,
        namespaces: [namespaces.played],
        secrets: 'refuse',
        clusterKinds: [],
        rules,
        clusterRules: [],
      },
    ],
    speed: 1,
    progress,
    warn: (text) => console.error(`! ${text.split('\n', 1)[0]}`),
  });
  const folder = await createTemporaryFolder('plumbline-bench');
  const closing: { close(): Promise<void> }[] = [];
  try {
    const subjects = await startSubjects(options, { stack, folder: folder.path, closing });
    for (const count of options.counts) yield await measureCount(count, subjects, options);
  } finally {
    for (const each of closing.reverse()) await each.close();
    await stack.close();
    await folder.remove();
  }
}

type Surroundings = { stack: Stack; folder: string; closing: { close(): Promise<void> }[] };

async function startSubjects(
  { bundle, controller, progress }: WholeOptions,
  { stack, folder, closing }: Surroundings,
): Promise<Subject[]> {
  const { cluster, github, account, played } = stack;
  const admin = await createAdmin(cluster);
  await allow([namespaces.alone], admin);
  const add = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    closing.push(part);
    return part;
  };
  const roleArn = played.accessEntries()[0]?.principalArn ?? '';
  const credentials = await account.assumeRole({ roleArn, sessionName: 'bench', inVpc: true });
  const alone = add(await startAlone({ bundle, cluster, admin, namespace: namespaces.alone, credentials }));
  await github.createRepository({ ...repository, branches: [environment], files: lastingFiles });
  const whole = add(
    await progress('Deploying for the first time', () =>
      startPlayed({ stack, admin, environment, namespace: namespaces.played }),
    ),
  );
  if (controller === undefined) return [alone, whole];
  const running = add(await startController({ controller, cluster, folder }));
  const flux = (health: 'off' | 'on') => startFlux({ controller: running, namespace: namespaces[health], health });
  for (const namespace of [namespaces.off, namespaces.on])
    await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  return [alone, whole, add(await flux('off')), add(await flux('on'))];
}

async function measureCount(
  count: number,
  subjects: readonly Subject[],
  { repeats, progress }: WholeOptions,
): Promise<WholeResult[]> {
  const gathered: Gathered[] = [];
  await progress(`Measuring ${count} applications`, async (say) => {
    for (let repeat = 0; repeat < repeats; repeat += 1)
      for (const subject of rotate(subjects, repeat)) {
        const tell = (what: string) => say(`repeat ${repeat + 1} of ${repeats}: ${what} by ${subject.name}`);
        gathered.push(...(await measureSubject(subject, { count, version: `${count}.${repeat}`, tell })));
      }
  });
  return gather(gathered);
}

type Turn = { count: number; version: string; tell(what: string): void };

async function measureSubject(subject: Subject, { count, version, tell }: Turn): Promise<Gathered[]> {
  tell('first apply');
  const first = await subject.first(count, `${version}.0`);
  tell('new revision');
  const revised = await subject.revise(`${version}.1`);
  tell('nothing to do');
  const looked = await subject.look();
  tell('removal, not measured,');
  await subject.clear();
  return [first, revised, looked].map((measured) => ({ count, name: subject.name, measured }));
}
