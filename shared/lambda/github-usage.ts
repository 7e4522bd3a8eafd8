import type { GitHubAnswer } from '../git/github-access.client.ts';
import { githubService } from '../metrics.ts';
import { createMeasure, type Measure } from './metrics.ts';

/** Below this, nobody has to know. */
const notable = 10;

/**
 * Tells what is used of GitHub's limits: every write, and the share of the hour's requests as it grows.
 *
 * @param name the function's
 */
export function createGitHubWatch(name: string, measure: Measure = createMeasure(githubService)) {
  let told = 0;
  return ({ isWrite, limit, used }: GitHubAnswer): void => {
    const details = { function: name };
    if (isWrite) measure({ values: { GitHubWrites: 1 }, details });
    if (limit === undefined || used === undefined || limit === 0) return;
    const percent = Math.floor((100 * used) / limit);
    if (percent >= notable && percent !== told) measure({ values: { GitHubLimitUsed: percent }, details });
    told = percent;
  };
}
