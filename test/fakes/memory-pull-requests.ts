import type { Clock } from '../../shared/clock.ts';
import { MissingError } from '../../shared/errors.ts';
import type { GitWriter, PullRequest } from '../../shared/git/ports.ts';

type Stored = PullRequest & { repository: string; branch: string; base: string };

export type MemoryPullRequests = Pick<GitWriter, 'pullRequests' | 'openPullRequest' | 'changePullRequest'> & {
  /** A person closes one, or opens it again. */
  close(repository: string, number: number): void;
  reopen(repository: string, number: number): void;
  /** The branch has moved; open ones follow it. */
  follow(repository: string, branch: string): void;
  end(repository: string, number: number, state: 'merged' | 'closed'): Stored;
};

type Parts = { now: Clock['now']; headOf: (repository: string, branch: string) => string | undefined };

export function createMemoryPullRequests({ now, headOf }: Parts): MemoryPullRequests {
  const pulls: Stored[] = [];
  const find = (repository: string, number: number): Stored => {
    const pull = pulls.find((candidate) => candidate.repository === repository && candidate.number === number);
    if (pull === undefined) throw new MissingError(`no pull request ${number}`);
    return pull;
  };
  const end = (repository: string, number: number, state: 'merged' | 'closed') =>
    Object.assign(find(repository, number), { state, endedAt: now() });
  const reopen = (repository: string, number: number) => {
    const pull = find(repository, number);
    delete pull.endedAt;
    pull.state = 'open';
  };

  return {
    end,
    reopen,
    close: (...where) => void end(...where, 'closed'),
    follow(repository, branch) {
      for (const pull of pulls)
        if (pull.repository === repository && pull.branch === branch && pull.state === 'open')
          pull.head = headOf(repository, branch) ?? pull.head;
    },
    pullRequests: async (repository, branch) =>
      pulls
        .filter((pull) => pull.repository === repository && pull.branch === branch)
        .map(({ repository: _, branch: __, base: ___, ...pull }) => pull)
        .reverse()
        .slice(0, 30),
    async openPullRequest(request) {
      const { repository, branch } = request;
      const isOpen = (pull: Stored) =>
        pull.repository === repository && pull.branch === branch && pull.state === 'open';
      if (pulls.some(isOpen)) return 'stale';
      const number = pulls.length + 1;
      pulls.push({ ...request, number, state: 'open', head: headOf(repository, branch) ?? '' });
      return number;
    },
    async changePullRequest(repository, number, { state, ...texts }) {
      const pull = Object.assign(find(repository, number), texts);
      if (state === 'closed' && pull.state === 'open') end(repository, number, 'closed');
      else if (state === 'open' && pull.state === 'closed') reopen(repository, number);
    },
  };
}
