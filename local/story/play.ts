import type { Hops, StepResult, Story } from './report.ts';
import { steps } from './steps/index.ts';
import type { World } from './world.ts';

export type Step = {
  /** As the table shows it: `b. a pushed image runs`. */
  name: string;
  /** Does what a person would do, and asserts what must follow. Returns what was seen, in a few words. */
  run(world: World, told: (hops: Hops) => void): Promise<string>;
};

/** Plays every step in order, telling each as it ends. A step that fails doesn't stop the others: each says for itself what holds. */
export async function playStory(world: World, tell: (result: StepResult) => void): Promise<Story> {
  const results: StepResult[] = [];
  let pushToApplied: Hops | undefined;
  for (const step of steps) {
    const result = await playStep(step, world, (hops) => {
      pushToApplied = hops;
    });
    results.push(result);
    tell(result);
  }
  return { ok: results.every(({ ok }) => ok), steps: results, pushToApplied };
}

async function playStep(step: Step, world: World, told: (hops: Hops) => void): Promise<StepResult> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 10) / 100;
  try {
    const detail = await step.run(world, told);
    return { name: step.name, ok: true, seconds: seconds(), detail };
  } catch (error) {
    return {
      name: step.name,
      ok: false,
      seconds: seconds(),
      detail: error instanceof Error ? error.message : String(error),
    };
  }
}
