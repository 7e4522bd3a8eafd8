import { describe, expect, it } from 'vitest';
import { budgeted, type Voice } from '../../../functions/reporter/budgeted.ts';
import { TryAgainError } from '../../../shared/errors.ts';
import type { CommitState } from '../../../shared/git/ports.ts';
import type { BudgetStore } from '../../../shared/state/store.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';

const repository = 'Example-Org/environment';

/** A git that only counts what it is asked to write. */
function createWorld(budgets: BudgetStore = createMemoryStateStore()) {
  let written = 0;
  let now = 1_767_322_800_000;
  const count = async () => {
    written += 1;
    return undefined as never;
  };
  const git = budgeted<Voice>(
    {
      ...{ setStatus: count, deployment: count, setDeployment: count },
      ...{ check: count, addCheck: count, changeCheck: count, comment: count, addComment: count, changeComment: count },
    },
    { budgets, clock: { now: () => new Date(now) } },
  );
  return {
    git,
    written: () => written,
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    say: (state: CommitState, at = repository) => git.setStatus(at, 'a', { context: 'c', state, description: '' }),
  };
}

async function until(refused: () => Promise<unknown>, most = 1_000): Promise<unknown> {
  for (let tries = 0; tries < most; tries += 1)
    try {
      await refused();
    } catch (error) {
      return error;
    }
  throw new Error('it was never refused');
}

describe('what is written to GitHub', () => {
  it('stays within the budget, of which outcomes get what progress may not have', async () => {
    const { say, written } = createWorld();
    expect(await until(() => say('pending'))).toBeInstanceOf(TryAgainError);
    expect(written()).toBe(30);
    expect(await until(() => say('failure'))).toMatchObject({ afterSeconds: 60 });
    expect(written()).toBe(60);
  });

  it('goes on when there is room again', async () => {
    const { say, pass, written } = createWorld();
    await until(() => say('success'));
    pass(60);
    await say('success');
    expect(written()).toBe(61);
  });

  it('is counted for each account, however its name is written, and for all its repositories', async () => {
    const { say } = createWorld();
    await until(() => say('success'));
    await expect(say('success', 'example-org/web')).rejects.toBeInstanceOf(TryAgainError);
    await say('success', 'other-org/web');
  });

  it('counts checks, comments and Deployments, too, and nothing that only reads', async () => {
    const { git, written } = createWorld();
    const check = { digest: '', title: '', summary: '', text: '', annotations: [], name: '' };
    const all = async () => {
      await git.addCheck(repository, 'a', check);
      await git.changeCheck(repository, 1, check);
      await git.addComment(repository, 1, '');
      await git.changeComment(repository, 1, '');
      await git.setDeployment(repository, 1, { state: 'success', description: '' });
    };
    await until(all);
    expect(written()).toBe(60);
    await git.check(repository, 'a', '');
    await git.comment(repository, 1, '');
    expect(written()).toBe(62);
  });

  it('is never counted short by several who write at once', async () => {
    const state = createMemoryStateStore();
    const worlds = Array.from({ length: 5 }, () => createWorld(state));
    const all = Array.from({ length: 5 }, () => worlds.map(({ say }) => say('success').catch(() => undefined))).flat();
    await Promise.all(all);
    const written = worlds.reduce((sum, world) => sum + world.written(), 0);
    expect((await state.readBudget('example-org'))?.writes).toHaveLength(written);
  });
});
