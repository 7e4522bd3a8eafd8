/** Git as its three users see it: each function gets only its own port, behind an App with only that permission. */

/** For `source`. */
export type GitReader = {
  /** The branch's head, or undefined if there is no such branch (or the repository is empty). @throws RefusedError naming the permission that is missing */
  head(repository: string, branch: string): Promise<string | undefined>;
  /** The tree at a revision as tar.gz, at most `maxBytes`. @throws BadInputError if it is larger */
  archive(repository: string, revision: string, maxBytes: number): Promise<Uint8Array>;
};

export type FileChange = { path: string; content: Uint8Array };

/** For `image-updater`. */
export type GitWriter = GitReader & {
  /**
   * One commit on the branch, on top of `expectedHead`.
   * @returns the new head, or `stale` if the branch had moved
   */
  commit(change: {
    repository: string;
    branch: string;
    expectedHead: string;
    message: string;
    files: FileChange[];
  }): Promise<string | 'stale'>;
};

export type CommitState = 'pending' | 'success' | 'failure' | 'error';
export type CommitStatus = { context: string; state: CommitState; description: string; targetUrl?: string };

/** For `reporter`. */
export type GitReporter = {
  /** The newest status of this context on the commit, if any. */
  status(repository: string, revision: string, context: string): Promise<CommitStatus | undefined>;
  /** `description` is cut to GitHub's 140 characters. */
  setStatus(repository: string, revision: string, status: CommitStatus): Promise<void>;
};
