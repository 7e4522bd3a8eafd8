import type { Clock } from '../../shared/clock.ts';
import { TryAgainError } from '../../shared/errors.ts';
import type { GitReporter } from '../../shared/git/ports.ts';
import type { PullRequestVoice } from '../../shared/git/pull-request-ports.ts';
import { type Urgency, waitBeforeWrite, withWrite } from '../../shared/git/write-budget.ts';
import type { BudgetStore } from '../../shared/state/store.ts';

/** All that the reporter writes to GitHub by, and reads beside it. */
export type Voice = Pick<GitReporter, 'setStatus' | 'deployment' | 'setDeployment'> & PullRequestVoice;
type Ports = { budgets: BudgetStore; clock: Clock };

/** Several reporters may write at once, each for another environment. */
const mostTries = 10;

/**
 * Lets GitHub be written to only as far as the installation's budget goes, which all environments of one account share. What can't be written now
 * throws TryAgainError; by the time that it is tried again it may be superseded, so it costs nothing.
 */
export function budgeted<Git extends Voice>(git: Git, ports: Ports): Git {
  const take = (repository: string, urgency: Urgency = 'outcome') => takeWrite(repository, urgency, ports);
  return {
    ...git,
    async setStatus(repository, revision, status) {
      await take(repository, status.state === 'pending' ? 'progress' : 'outcome');
      return git.setStatus(repository, revision, status);
    },
    async deployment(repository, ...rest) {
      await take(repository, 'progress');
      return git.deployment(repository, ...rest);
    },
    async setDeployment(repository, id, status) {
      await take(repository, ['in_progress', 'inactive'].includes(status.state) ? 'progress' : 'outcome');
      return git.setDeployment(repository, id, status);
    },
    async addCheck(repository, ...rest) {
      await take(repository);
      return git.addCheck(repository, ...rest);
    },
    async changeCheck(repository, ...rest) {
      await take(repository);
      return git.changeCheck(repository, ...rest);
    },
    async addComment(repository, ...rest) {
      await take(repository);
      return git.addComment(repository, ...rest);
    },
    async changeComment(repository, ...rest) {
      await take(repository);
      return git.changeComment(repository, ...rest);
    },
  };
}

async function takeWrite(repository: string, urgency: Urgency, { budgets, clock }: Ports): Promise<void> {
  const owner = (repository.split('/')[0] ?? '').toLowerCase();
  for (let tries = 0; tries < mostTries; tries += 1) {
    const { version = 0, writes = [] } = (await budgets.readBudget(owner)) ?? {};
    const afterSeconds = waitBeforeWrite(writes, clock.now(), urgency);
    if (afterSeconds > 0)
      throw new TryAgainError(`as much was written to GitHub for ${owner} as it allows`, { afterSeconds });
    const next = { owner, version, writes: withWrite(writes, clock.now()) };
    if ((await budgets.writeBudget(next)) === 'written') return;
  }
  throw new TryAgainError(`others write to GitHub for ${owner} at the moment`);
}
