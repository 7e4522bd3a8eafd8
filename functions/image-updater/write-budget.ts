import type { Commit } from '../../shared/git/ports.ts';
import type { Sight } from './look-at-branch.ts';
import type { TargetBranch } from './target-branches.ts';
import { isOurs } from './trailers.ts';

/** How many writes a branch may make: `burst` at once, then one every so many milliseconds. */
export type Share = { burst: number; millisecondsPerWrite: number };

/**
 * GitHub allows an App's installation 80 writes a minute and 500 an hour. This makes 300 an hour and 20 at once, shared out equally among all
 * branches of `deployer.yaml`; the rest is room for tries that came too late, and for whoever else uses the App.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const whole = { burst: 20, millisecondsPerWrite: 12_000 };

/** Tree, commit, branch and pull request. */
const writesOfProposal = 4;

/** @param branches how many branches and pull requests there are to be written */
export function shareOf({ proposals }: TargetBranch, branches: number): Share {
  const millisecondsPerWrite = whole.millisecondsPerWrite * branches;
  return proposals === undefined
    ? { burst: Math.max(1, Math.floor(whole.burst / branches)), millisecondsPerWrite }
    : { burst: 1, millisecondsPerWrite: millisecondsPerWrite * writesOfProposal };
}

/** When a branch was written to by us. Git itself is the memory, so the budget holds across invocations, and a commit on a head that was read counts. */
export function writesIn({ history, work }: Sight): Date[] {
  const commits: (Commit | undefined)[] = work === undefined ? history : [work.newest];
  return commits.flatMap((commit) => (commit !== undefined && isOurs(commit) ? [commit.at] : []));
}

/** When the bucket that each write draws from is full again (the "generic cell rate algorithm"), in milliseconds since 1970. */
function fullAgain(writes: readonly Date[], { millisecondsPerWrite }: Share): number {
  const times = writes.map((at) => at.getTime()).sort((one, other) => one - other);
  return times.reduce((full, at) => Math.max(full, at) + millisecondsPerWrite, 0);
}

/** @returns milliseconds; 0 if a write may be made now */
export function waitBefore(writes: readonly Date[], now: Date, share: Share): number {
  const allowed = fullAgain(writes, share) - (share.burst - 1) * share.millisecondsPerWrite;
  return Math.max(0, allowed - now.getTime());
}

/** Whether nothing was written for so long that the whole burst is there. */
export const isQuiet = (writes: readonly Date[], now: Date, share: Share): boolean =>
  fullAgain(writes, share) <= now.getTime();
