/** Git as its three users see it: each function gets only its own port, behind an App with only that permission. */

/** For `source`. */
export type GitReader = {
  /**
   * The branch's head, or undefined if there is no such branch (or the repository is empty).
   *
   * @throws RefusedError naming the App and the permission that is missing
   * @throws TryAgainError if GitHub throttles or fails, with what it asked us to wait
   */
  head(repository: string, branch: string): Promise<string | undefined>;
  /** The newest commits at a revision, newest first. @param count at most; a multiple of 100 */
  history(repository: string, revision: string, count: number): Promise<Commit[]>;
  /** The tree at a revision as tar.gz, at most `maxBytes`, under one folder whose name means nothing. @throws BadInputError if it is larger */
  archive(repository: string, revision: string, maxBytes: number): Promise<Uint8Array>;
};

/** `path` is relative to the repository's root. A file that is changed loses its executable bit: GitHub's commits have no modes. */
export type FileChange = { path: string; content: Uint8Array };

export type Commit = {
  revision: string;
  message: string;
  /** By the clock of whoever committed it. */
  at: Date;
  /** Made by an App, and not rewritten by a person since then. */
  byApp: boolean;
  /** Whoever wrote it: the GitHub account, or the name in the commit where GitHub knows no account. */
  author: string;
};

export type PullRequest = {
  number: number;
  state: 'open' | 'merged' | 'closed';
  title: string;
  body: string;
  /** Where its branch was when it was last open. */
  head: string;
  /** When it was merged or closed. */
  endedAt?: Date;
};

type NewCommit = { repository: string; branch: string; message: string; files: FileChange[] };

/** For `image-updater`. */
export type GitWriter = GitReader & {
  /**
   * One commit on the branch, on top of `expectedHead`: compare and swap. The message's first line is its subject.
   *
   * @returns the new head, or `stale` if the branch had moved
   * @throws RefusedError naming the setting, if the branch is protected
   */
  commit(change: NewCommit & { expectedHead: string }): Promise<string | 'stale'>;
  /**
   * Makes a branch consist of `base` and one commit on top of it, whatever it had before: compare and swap as well.
   *
   * @param change `expectedHead` is undefined where there must be no such branch yet
   */
  replace(change: NewCommit & { expectedHead: string | undefined; base: string }): Promise<string | 'stale'>;
  /** The newest pull requests from a branch of the repository, newest first, at most 30. */
  pullRequests(repository: string, branch: string): Promise<PullRequest[]>;
  /** @returns its number, or `stale` if the branch has an open one already */
  openPullRequest(request: {
    repository: string;
    branch: string;
    base: string;
    title: string;
    body: string;
  }): Promise<number | 'stale'>;
  /** What was said about a commit, or about a pull request (`#5`), oldest first, at most 1,000 remarks. */
  remarks(repository: string, about: string): Promise<string[]>;
  remark(repository: string, about: string, body: string): Promise<void>;
  changePullRequest(repository: string, number: number, change: PullRequestChange): Promise<void>;
};

type PullRequestChange = { title: string; body: string; state: 'open' | 'closed' };

export type CommitState = 'pending' | 'success' | 'failure' | 'error';
export type CommitStatus = { context: string; state: CommitState; description: string; targetUrl?: string };

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

export type DeploymentStatus = {
  state: DeploymentState;
  /** Cut to GitHub's 140 characters. */
  description: string;
  /** Where what is deployed can be used. */
  environmentUrl?: string;
  /** Where its log can be read. */
  logUrl?: string;
};

export type DeploymentVoice = {
  /** Finds the Deployment of a revision to an environment, or makes it; nothing is merged or waited for. @returns its id */
  deployment(repository: string, revision: string, environment: string): Promise<number>;
  setDeployment(repository: string, id: number, status: DeploymentStatus): Promise<void>;
};

/** For `reporter`. */
export type GitReporter = DeploymentVoice & {
  /** The newest status of this context on the commit, if any. */
  status(repository: string, revision: string, context: string): Promise<CommitStatus | undefined>;
  /** `description` is cut to GitHub's 140 characters. */
  setStatus(repository: string, revision: string, status: CommitStatus): Promise<void>;
};
