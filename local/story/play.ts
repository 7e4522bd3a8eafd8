import type { Hops, StepResult, Story } from './report.ts';
import type { Step } from './step.ts';
import { steps } from './steps/index.ts';
import type { World } from './world.ts';

/** Plays the steps in order, telling each as it ends. What comes after a step that failed would only wait in vain, so it isn't played. */
export async function playStory(world: World, tell: (result: StepResult) => void): Promise<Story> {
  const results: StepResult[] = [];
  let pushToApplied: Hops | undefined;
  for (const step of steps) {
    const isInVain = results.some(({ ok }) => !ok);
    const result = isInVain
      ? notPlayed(step)
      : await playStep(step, world, (hops) => {
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

const notPlayed = ({ name }: Step): StepResult => ({
  name,
  ok: false,
  seconds: 0,
  detail: 'not played, since an earlier step failed',
});
