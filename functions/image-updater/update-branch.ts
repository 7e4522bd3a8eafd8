import { MissingError, StaleError } from '../../shared/errors.ts';
import { describeProblem } from '../../shared/problem.ts';
import { commitMessage, describeChange } from './commit-message.ts';
import type { UpdatePlan } from './decide-updates.ts';
import { planBranch } from './plan-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import type { Lookup } from './registry-lookup.ts';
import type { TargetBranch } from './target-branches.ts';

export type BranchPorts = Pick<UpdaterPorts, 'git' | 'clock' | 'sleep' | 'random' | 'log'> & { lookup: Lookup };

const attempts = 6;
const firstWaitMilliseconds = 250;

/**
 * Looks at a branch and makes one commit of everything that is to be changed there. When the branch moves meanwhile, it looks again.
 *
 * @throws MissingError if there is no such branch, StaleError if it didn't come to rest, and whatever Git and the registry throw
 */
export async function updateBranch(target: TargetBranch, ports: BranchPorts): Promise<void> {
  const { repository, branch } = target;
  const started = ports.clock.now().getTime();
  let seen: UpdatePlan['places'] | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const head = await ports.git.head(repository, branch);
    if (head === undefined) throw new MissingError(missingBranch(target));
    const plan = await planBranch(target, { head, seen: seen ?? new Map() }, ports);
    seen ??= plan.places;
    const revision = await carryOut(plan, { target, head }, ports);
    if (revision !== 'stale') return report({ target, plan, revision, attempt, started }, ports);
    await ports.sleep(firstWaitMilliseconds * 2 ** (attempt - 1) * (0.5 + ports.random()));
  }
  throw new StaleError(`${repository} ${branch} moved ${attempts} times while it was being updated`);
}

const missingBranch = ({ repository, branch }: TargetBranch) =>
  `${repository} has no branch ${branch}, or nothing was pushed to it yet`;

/** @returns the new head, undefined if nothing was to be done, or `stale` if the branch had moved */
async function carryOut(
  { updates, files }: UpdatePlan,
  { target: { repository, branch }, head }: { target: TargetBranch; head: string },
  { git }: BranchPorts,
): Promise<string | 'stale' | undefined> {
  if (updates.length === 0) return undefined;
  return git.commit({ repository, branch, expectedHead: head, message: commitMessage(updates), files });
}

type Result = {
  target: TargetBranch;
  plan: UpdatePlan;
  revision: string | undefined;
  attempt: number;
  started: number;
};

function report({ target, plan, revision, attempt, started }: Result, { log, clock }: BranchPorts): void {
  const { repository, branch } = target;
  const where = { repository, branch, environments: target.environments.map(({ name }) => name) };
  const milliseconds = clock.now().getTime() - started;
  for (const note of plan.notes) log.warn('image left alone', { ...where, reason: describeProblem(note) });
  if (revision === undefined) log.info('nothing to change', { ...where, milliseconds });
  else log.info('images pinned', { ...where, revision, images: changesIn(plan), attempt, milliseconds });
}

const changesIn = ({ updates }: UpdatePlan) => [...new Set(updates.map(describeChange))];
