import { commitMessage, describeChange } from './commit-message.ts';
import { decideProposal } from './decide-proposal.ts';
import type { UpdatePlan } from './decide-updates.ts';
import type { Sight, Work } from './look-at-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import type { ProposalText } from './proposal-text.ts';
import type { TargetBranch } from './target-branches.ts';

/** What was done, for the log; `stale` if somebody else was faster and everything has to be looked at again. */
export type Outcome = 'stale' | { message: string; details?: Record<string, unknown>; isWarning?: boolean };

type Task = { target: TargetBranch; plan: UpdatePlan; sight: Sight };
type Git = UpdaterPorts['git'];

/** Commits what was decided, or keeps the pull request that proposes it. */
export function carryOut(task: Task, git: Git): Promise<Outcome> {
  return task.sight.work === undefined ? commit(task, git) : propose({ ...task, work: task.sight.work }, git);
}

const nothing = { message: 'nothing to change' };

async function commit({ target: { repository, branch }, plan, sight }: Task, git: Git): Promise<Outcome> {
  if (plan.updates.length === 0) return nothing;
  const { updates, files } = plan;
  const message = commitMessage(updates);
  const revision = await git.commit({ repository, branch, expectedHead: sight.head, message, files });
  return revision === 'stale' ? revision : { message: 'images pinned', details: { revision, images: changesIn(plan) } };
}

const changesIn = ({ updates }: UpdatePlan) => [...new Set(updates.map(describeChange))];

type Proposing = Task & { work: Work };

async function propose(task: Proposing, git: Git): Promise<Outcome> {
  const { target, plan } = task;
  const proposal = decideProposal(task);
  if (proposal.action === 'none') return nothing;
  if (proposal.action === 'leave')
    return { message: 'pull request left alone', details: { reason: proposal.reason }, isWarning: true };
  if (proposal.action === 'close') {
    const { number, title } = proposal.pull;
    await git.changePullRequest(target.repository, number, { title, body: proposal.body, state: 'closed' });
    return { message: 'pull request closed', details: { pullRequest: number } };
  }
  const replaced = proposal.replace === undefined ? undefined : await replace(task, proposal.replace, git);
  if (replaced === 'stale') return 'stale';
  const pullRequest = await write(target, proposal.pull?.number, proposal.text, git);
  return pullRequest === 'stale'
    ? 'stale'
    : { message: 'images proposed', details: { pullRequest, images: changesIn(plan) } };
}

function replace({ target, plan, sight, work }: Proposing, message: string, git: Git): Promise<string | 'stale'> {
  const { repository, proposals: branch = '' } = target;
  const expectedHead = work.newest?.revision;
  return git.replace({ repository, branch, expectedHead, base: sight.head, message, files: plan.files });
}

async function write(
  { repository, branch: base, proposals: branch = '' }: TargetBranch,
  number: number | undefined,
  text: ProposalText,
  git: Git,
): Promise<number | 'stale'> {
  if (number === undefined) return git.openPullRequest({ repository, branch, base, ...text });
  await git.changePullRequest(repository, number, { ...text, state: 'open' });
  return number;
}
