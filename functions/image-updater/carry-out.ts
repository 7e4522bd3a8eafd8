import { commitMessage, describeChange } from './commit-message.ts';
import { decideProposal, type Proposal } from './decide-proposal.ts';
import type { Update, UpdatePlan } from './decide-updates.ts';
import type { Sight } from './look-at-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import { closingBody, proposalText } from './proposal-text.ts';
import type { TargetBranch } from './target-branches.ts';

/** What is to be written; `none` and `leave` write nothing. */
export type Write = Proposal | { action: 'commit' };

/** What was done, for the log; `stale` if somebody else was faster and everything has to be looked at again. */
export type Outcome = 'stale' | { message: string; details?: Record<string, unknown>; isWarning?: boolean };

export type Task = { target: TargetBranch; plan: UpdatePlan; sight: Sight; now: Date };
type Git = UpdaterPorts['git'];

export function decideWrite({ target, plan, sight: { work } }: Task): Write {
  if (work !== undefined) return decideProposal({ target, plan, work });
  return { action: plan.updates.length === 0 ? 'none' : 'commit' };
}

/** Commits what was decided, or keeps the pull request that proposes it. */
export function carryOut(write: Write, task: Task, git: Git): Promise<Outcome> | Outcome {
  if (write.action === 'none') return { message: 'nothing to change' };
  if (write.action === 'leave')
    return { message: 'pull request left alone', details: { reason: write.reason }, isWarning: true };
  if (write.action === 'commit') return commit(task, git);
  return write.action === 'close' ? close(write, task, git) : propose(write, task, git);
}

async function commit({ target: { repository, branch }, plan, sight }: Task, git: Git): Promise<Outcome> {
  const { updates, files } = plan;
  const message = commitMessage(updates);
  const revision = await git.commit({ repository, branch, expectedHead: sight.head, message, files });
  return revision === 'stale' ? revision : { message: 'images pinned', details: { revision, images: changesIn(plan) } };
}

const changesIn = ({ updates }: UpdatePlan) => [...new Set(updates.map(describeChange))];

type Closing = Extract<Proposal, { action: 'close' }>;

async function close({ pull: { number, title } }: Closing, { target, plan }: Task, git: Git): Promise<Outcome> {
  const body = closingBody(target, plan);
  await git.changePullRequest(target.repository, number, { title, body, state: 'closed' });
  return { message: 'pull request closed', details: { pullRequest: number } };
}

type Proposing = Extract<Proposal, { action: 'propose' }>;

/** The branch first: what a run leaves undone that ends in between, the next one does. */
async function propose({ replace, pull }: Proposing, task: Task, git: Git): Promise<Outcome> {
  const replaced = replace ? await replaceBranch(task, git) : undefined;
  if (replaced === 'stale') return 'stale';
  const pullRequest = await writeText(pull?.number, task, git);
  const details = { pullRequest, images: changesIn(task.plan) };
  return pullRequest === 'stale' ? 'stale' : { message: 'images proposed', details };
}

function replaceBranch({ target, plan, sight }: Task, git: Git): Promise<string | 'stale'> {
  const { repository, proposals: branch = '' } = target;
  const change = { expectedHead: sight.work?.newest?.revision, base: sight.head, files: plan.files };
  return git.replace({ repository, branch, ...change, message: commitMessage(plan.updates.map(withoutPush)) });
}

/** From here on a person decides how long it takes. */
const withoutPush = ({ pushedAt: _, ...update }: Update): Update => update;

async function writeText(number: number | undefined, { target, plan, now }: Task, git: Git): Promise<number | 'stale'> {
  const { repository, branch: base, proposals: branch = '' } = target;
  const text = proposalText(target, plan, now);
  if (number === undefined) return git.openPullRequest({ repository, branch, base, ...text });
  await git.changePullRequest(repository, number, { ...text, state: 'open' });
  return number;
}
