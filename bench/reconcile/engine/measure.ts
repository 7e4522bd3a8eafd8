import type { Progress } from '../../../local/tools/progress.ts';
import type { Admin } from '../admin.ts';
import { kinds } from '../objects.ts';
import { watchProcess } from '../process-usage.ts';
import { type Sample, type Summary, summarize } from '../sample.ts';
import type { Engine, EngineName, Pass } from './engine.ts';
import { type Task, tasksFor, verify } from './tasks.ts';

/** What one task cost one engine. */
export type EngineResult = { task: string; objects: number; engine: EngineName } & Summary;

/** More are applied once, unmeasured, to look whether a pass over them finds nothing to do. */
const largestFirstApply = 2_000;

type Options = {
  size: number;
  isSmallest: boolean;
  repeats: number;
  engines: readonly Engine[];
  admin: Admin;
  progress: Progress;
};

/** Measures all tasks over sets of one size: every engine has its own set, and each task's turn begins with another engine. */
export async function measureSize(options: Options): Promise<EngineResult[]> {
  const { size, isSmallest, repeats, engines, admin, progress } = options;
  const hasFirst = size <= largestFirstApply;
  const tasks = tasksFor(size, { isSmallest, hasFirst });
  const samples = new Map<string, Sample[]>();
  await progress(`Measuring ${size} objects`, async (say) => {
    if (!hasFirst) await applyAll(size, engines, admin, say);
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      if (hasFirst) await removeAll(engines, admin);
      for (const [turn, task] of tasks.entries()) {
        for (const engine of rotate(engines, repeat + turn).filter((each) => isAble(each, task))) {
          say(`repeat ${repeat + 1} of ${repeats}: ${task.name} by ${engine.name}`);
          const key = keyOf(task, engine);
          samples.set(key, [...(samples.get(key) ?? []), await measureOnce(task, engine, admin)]);
        }
      }
    }
  });
  return tasks.flatMap((task) =>
    engines
      .filter((engine) => isAble(engine, task))
      .map((engine) => ({
        ...{ task: task.name, objects: size, engine: engine.name },
        ...summarize(samples.get(keyOf(task, engine)) ?? []),
      })),
  );
}

const keyOf = (task: Task, engine: Engine) => `${task.name}\n${engine.name}`;

const isAble = ({ name }: Engine, { forLimit }: Task) => forLimit || name !== 'bare HTTP loop';

export const rotate = <Item>(items: readonly Item[], by: number): Item[] => {
  const first = by % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
};

async function measureOnce(task: Task, engine: Engine, admin: Admin): Promise<Sample> {
  await task.arrange(engine, admin);
  const pass = await engine.prepare(task.objects(engine.namespace), task.work);
  const sample = await measurePass(pass, admin);
  await verify(task, engine, admin);
  return sample;
}

async function measurePass(pass: Pass, admin: Admin): Promise<Sample> {
  const before = await admin.requests();
  let watched: ReturnType<typeof watchProcess> | undefined;
  const seconds = await pass((pid) => {
    watched = watchProcess(pid);
  });
  const usage = watched?.end() ?? { cpuSeconds: undefined, peakBytes: undefined };
  return { seconds, requests: (await admin.requests()) - before, ...usage };
}

async function applyAll(
  size: number,
  engines: readonly Engine[],
  admin: Admin,
  say: (detail: string) => void,
): Promise<void> {
  const [task] = tasksFor(size, { isSmallest: false, hasFirst: true });
  if (task === undefined) return;
  await removeAll(engines, admin);
  for (const engine of engines.filter((each) => each.name !== 'bare HTTP loop')) {
    say(`first apply by ${engine.name}, not measured`);
    const pass = await engine.prepare(task.objects(engine.namespace), task.work);
    await pass(() => {});
  }
}

async function removeAll(engines: readonly Engine[], admin: Admin): Promise<void> {
  for (const { namespace } of engines) await admin.removeAll(kinds, namespace);
}
