import { commitMessage, describeChange } from './commit-message.ts';
import { decideProposal, type Proposal } from './decide-proposal.ts';
import type { UpdatePlan } from './decide-updates.ts';
import type { Sight } from './look-at-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import type { ProposalText } from './proposal-text.ts';
import type { TargetBranch } from './target-branches.ts';

/** What is to be written; `none` and `leave` write nothing. */
export type Write = Proposal | { action: 'commit' };

/** What was done, for the log; `stale` if somebody else was faster and everything has to be looked at again. */
export type Outcome = 'stale' | { message: string; details?: Record<string, unknown>; isWarning?: boolean };

type Task = { target: TargetBranch; plan: UpdatePlan; sight: Sight };
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

async function close({ pull: { number, title }, body }: Closing, { target }: Task, git: Git): Promise<Outcome> {
  await git.changePullRequest(target.repository, number, { title, body, state: 'closed' });
  return { message: 'pull request closed', details: { pullRequest: number } };
}

type Proposing = Extract<Proposal, { action: 'propose' }>;

/** The branch first: what a run leaves undone that ends in between, the next one does. */
async function propose({ replace, pull, text }: Proposing, task: Task, git: Git): Promise<Outcome> {
  const replaced = replace === undefined ? undefined : await replaceBranch(replace, task, git);
  if (replaced === 'stale') return 'stale';
  const pullRequest = await writeText({ number: pull?.number, text }, task.target, git);
  const details = { pullRequest, images: changesIn(task.plan) };
  return pullRequest === 'stale' ? 'stale' : { message: 'images proposed', details };
}

function replaceBranch(message: string, { target, plan, sight }: Task, git: Git): Promise<string | 'stale'> {
  const { repository, proposals: branch = '' } = target;
  const expectedHead = sight.work?.newest?.revision;
  return git.replace({ repository, branch, expectedHead, base: sight.head, message, files: plan.files });
}

type Text = { number: number | undefined; text: ProposalText };

async function writeText({ number, text }: Text, target: TargetBranch, git: Git): Promise<number | 'stale'> {
  const { repository, branch: base, proposals: branch = '' } = target;
  if (number === undefined) return git.openPullRequest({ repository, branch, base, ...text });
  await git.changePullRequest(repository, number, { ...text, state: 'open' });
  return number;
}
