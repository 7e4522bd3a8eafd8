import { StaleError } from '../../shared/errors.ts';
import { describeProblem } from '../../shared/problem.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import type { UpdatePlan } from './decide-updates.ts';
import { lookAtBranch } from './look-at-branch.ts';
import { planBranch } from './plan-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import type { Lookup } from './registry-lookup.ts';
import type { TargetBranch } from './target-branches.ts';

export type BranchPorts = Pick<UpdaterPorts, 'git' | 'clock' | 'sleep' | 'random' | 'log'> & { lookup: Lookup };

const attempts = 6;
const firstWaitMilliseconds = 250;

/**
 * Looks at a branch and makes one commit, or one pull request, of everything that is to be changed there. When the branch moves meanwhile, it looks again.
 *
 * @throws MissingError if there is no such branch, StaleError if it didn't come to rest, and whatever Git and the registry throw
 */
export async function updateBranch(target: TargetBranch, ports: BranchPorts): Promise<void> {
  const started = ports.clock.now().getTime();
  let seen: UpdatePlan['places'] | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const sight = await lookAtBranch(target, ports.git);
    const plan = await planBranch(target, { ...sight, seen: seen ?? new Map() }, ports);
    seen ??= plan.places;
    const outcome = await carryOut({ target, plan, sight }, ports.git);
    if (outcome !== 'stale') return report({ target, plan, outcome, attempt, started }, ports);
    await ports.sleep(firstWaitMilliseconds * 2 ** (attempt - 1) * (0.5 + ports.random()));
  }
  throw new StaleError(`${target.repository} ${target.branch} moved ${attempts} times while it was being updated`);
}

type Result = {
  target: TargetBranch;
  plan: UpdatePlan;
  outcome: Exclude<Outcome, 'stale'>;
  attempt: number;
  started: number;
};

function report({ target, plan, outcome, attempt, started }: Result, { log, clock }: BranchPorts): void {
  const { repository, branch, environments } = target;
  const where = { repository, branch, environments: environments.map(({ name }) => name) };
  for (const note of plan.notes) log.warn('image left alone', { ...where, reason: describeProblem(note) });
  const milliseconds = clock.now().getTime() - started;
  const write = outcome.isWarning ? log.warn : log.info;
  write(outcome.message, { ...where, ...outcome.details, attempt, milliseconds });
}
