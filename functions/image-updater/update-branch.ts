import { StaleError } from '../../shared/errors.ts';
import { describeProblem } from '../../shared/problem.ts';
import { carryOut, decideWrite, type Outcome, type Task, type Write } from './carry-out.ts';
import type { UpdatePlan } from './decide-updates.ts';
import { lookAtBranch } from './look-at-branch.ts';
import { planBranch } from './plan-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import type { Promotions } from './promotion.ts';
import type { Lookup } from './registry-lookup.ts';
import { remarkHolds } from './remark-holds.ts';
import type { SignatureCheck } from './signature-check.ts';
import { withSources } from './source-revisions.ts';
import { lookingAtAll, type TargetBranch } from './target-branches.ts';
import { TurnError } from './turn-error.ts';
import { isQuiet, type Share, waitBefore, writesIn } from './write-budget.ts';

export type BranchPorts = Pick<UpdaterPorts, 'git' | 'clock' | 'sleep' | 'random' | 'log'> & {
  lookup: Lookup;
  signatures: SignatureCheck;
  promotions: Promotions;
  share: Share;
};

const attempts = 6;
const firstWaitMilliseconds = 250;
/** So that runs that wait for the same turn don't all take it. */
const mostJitterMilliseconds = 1_000;
/** How long a run waits for its turn to write. A longer wait is the queue's. */
const patienceMilliseconds = 30_000;

/**
 * Looks at a branch and makes one commit, or one pull request, of everything that is to be changed there. When the branch moves meanwhile, or has
 * to wait for its turn to be written, it looks again.
 *
 * @throws MissingError if there is no such branch, StaleError if it didn't come to rest, TurnError if its turn to be written comes much later,
 *   and whatever Git and the registry throw
 */
export async function updateBranch(target: TargetBranch, ports: BranchPorts): Promise<void> {
  const started = ports.clock.now().getTime();
  let seen: UpdatePlan['places'] | undefined;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const sight = await lookAtBranch(target, ports.git);
    const writes = writesIn(sight);
    const plan = await planBranch(widened(target, writes, ports), { ...sight, seen: seen ?? new Map() }, ports);
    seen ??= plan.places;
    const task = { target, plan, sight, now: ports.clock.now() };
    const write = decideWrite(task);
    const mustWait = isCounted(write) ? waitBefore(writes, ports.clock.now(), ports.share) : 0;
    const outcome = mustWait > 0 ? 'stale' : await carryOut(write, await explained(task, ports), ports.git);
    if (outcome !== 'stale') return end({ target, plan, outcome, attempt, started }, ports);
    await pause({ target, waiting: plan.updates, attempt, mustWait, started }, ports);
  }
  throw new StaleError(`${target.repository} ${target.branch} moved ${attempts} times while it was being updated`);
}

/** In a burst every write carries all that there is, so that no push has to wait for a turn of its own. */
const widened = (target: TargetBranch, writes: readonly Date[], { clock, share }: BranchPorts) =>
  isQuiet(writes, clock.now(), share) ? target : lookingAtAll(target);

/** What images were built from is asked for when something is written only. */
async function explained(task: Task, { lookup, log }: BranchPorts): Promise<Task> {
  const { environments } = task.target;
  const updates = await withSources(task.plan.updates, { lookup, log, environments });
  return { ...task, plan: { ...task.plan, updates } };
}

/** What leaves a commit behind. Closing a pull request, or finishing what a run left undone, happens once. */
const isCounted = (write: Write) => write.action === 'commit' || (write.action === 'propose' && write.replace);

type Pause = {
  target: TargetBranch;
  waiting: UpdatePlan['updates'];
  attempt: number;
  mustWait: number;
  started: number;
};

async function pause({ target, waiting, attempt, mustWait, started }: Pause, ports: BranchPorts): Promise<void> {
  const backoff = firstWaitMilliseconds * 2 ** (attempt - 1) * (0.5 + ports.random());
  const milliseconds = mustWait > 0 ? mustWait + mostJitterMilliseconds * ports.random() : backoff;
  const { repository, branch, proposals = branch } = target;
  if (mustWait > 0 && ports.clock.now().getTime() + milliseconds > started + patienceMilliseconds)
    throw new TurnError(
      `${repository} ${proposals} was written to so often that GitHub's limits come near: its turn is in ${Math.ceil(mustWait / 1000)} seconds`,
      { afterSeconds: Math.ceil(mustWait / 1000), waiting },
    );
  await ports.sleep(milliseconds);
  if (mustWait === 0) return;
  ports.lookup.forget();
  ports.signatures.forget();
}

type Result = {
  target: TargetBranch;
  plan: UpdatePlan;
  outcome: Exclude<Outcome, 'stale'>;
  attempt: number;
  started: number;
};

async function end(result: Result, ports: BranchPorts): Promise<void> {
  report(result, ports);
  await remarkHolds(result.target, result.plan, ports);
}

function report({ target, plan, outcome, attempt, started }: Result, { log, clock }: BranchPorts): void {
  const { repository, branch, environments } = target;
  const where = { repository, branch, environments: environments.map(({ name }) => name) };
  for (const note of plan.notes) log.warn('image left alone', { ...where, reason: describeProblem(note) });
  const milliseconds = clock.now().getTime() - started;
  const write = outcome.isWarning ? log.warn : log.info;
  write(outcome.message, { ...where, ...outcome.details, attempt, milliseconds });
}
