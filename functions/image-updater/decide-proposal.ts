import type { PullRequest } from '../../shared/git/ports.ts';
import type { UpdatePlan } from './decide-updates.ts';
import type { Work } from './look-at-branch.ts';
import type { TargetBranch } from './target-branches.ts';
import { imageLinesIn, isOurs, memoryTrailers } from './trailers.ts';

export type Proposal =
  | { action: 'none' }
  /** Somebody else's work stands on the branch. */
  | { action: 'leave'; reason: string }
  | { action: 'close'; pull: PullRequest }
  /** `replace` tells whether the branch needs another commit; `pull` is open already. */
  | { action: 'propose'; replace: boolean; pull?: PullRequest };

type Look = { target: TargetBranch; plan: UpdatePlan; work: Work };

/** Decides what becomes of the pull request of an environment: there is one at most, and its branch is always its base and one commit. */
export function decideProposal({ target, plan, work }: Look): Proposal {
  const pull = work.pulls.find(({ state }) => state === 'open');
  const isNeeded = plan.updates.length > 0;
  if (!isNeeded && (pull === undefined || plan.isUndecided)) return { action: 'none' };
  if (!isFree(work)) return { action: 'leave', reason: takenBy(target, pull) };
  if (!isNeeded && pull !== undefined) return { action: 'close', pull };
  const wanted = memoryTrailers(plan.updates);
  const replace =
    !isSame(wanted, work.newest?.message) || plan.files.some((file) => !isEqual(file.content, work, file.path));
  if (!replace && isSame(wanted, pull?.body)) return { action: 'none' };
  return { action: 'propose', replace, ...(pull && { pull }) };
}

/** The branch is ours to replace if it is new, was merged, or ends with a commit of ours that nobody has touched. */
function isFree({ newest, pulls }: Work): boolean {
  if (newest === undefined) return true;
  if (pulls.some(({ state, head }) => state === 'merged' && head === newest.revision)) return true;
  return isOurs(newest);
}

const takenBy = ({ proposals }: TargetBranch, pull: PullRequest | undefined) =>
  pull === undefined
    ? `the branch ${proposals} has commits that are not Plumbline's: delete it, then updates are proposed again`
    : `somebody else committed to the branch ${proposals}, so the pull request ${pull.number} is theirs: merge it or close it and delete the branch, then updates are proposed again`;

/** Whether a message or a text says that these images were written, and no others. */
const isSame = (wanted: readonly string[], message: string | undefined): boolean =>
  message !== undefined && [...new Set(imageLinesIn(message))].join('\n') === wanted.join('\n');

function isEqual(content: Uint8Array, { files }: Work, path: string): boolean {
  const present = files.get(path);
  return present !== undefined && Buffer.from(content).equals(present);
}
