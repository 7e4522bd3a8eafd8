import type { Hops } from './report.ts';
import type { World } from './world.ts';

export type Step = {
  /** As the table shows it: `b. a pushed image runs`. */
  name: string;
  /** Does what a person would do, and asserts what must follow. Returns what was seen, in a few words. */
  run(world: World, told: (hops: Hops) => void): Promise<string>;
};
