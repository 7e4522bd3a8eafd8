/** Pull requests to a branch as the two see them who plan them: each function gets only its own port. */

/** An open pull request as a list has it. */
export type OpenPullRequest = {
  number: number;
  /** Commit SHA. */
  head: string;
  /** Its commits are in another repository, which may be anybody's. */
  isFork: boolean;
  isDraft: boolean;
  /** Login of whoever opened it. */
  author: string;
};

/**
 * What merging it would give. `unknown`: GitHub hasn't tried yet, or with other heads.
 *
 * @see https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
 */
export type TestMerge = { outcome: 'clean'; commit: string } | { outcome: 'conflict' } | { outcome: 'unknown' };

export type MergeSides = { number: number; head: string; base: string };

/** For `source`. Needs "Pull requests: read" beside "Contents: read". */
export type PullRequestReader = {
  /** The open pull requests to a branch, at most 100, the most recently changed first. */
  openPullRequests(repository: string, branch: string): Promise<OpenPullRequest[]>;
  /** `clean` only with the commit whose parents are exactly `base` and `head`. */
  testMerge(repository: string, sides: MergeSides): Promise<TestMerge>;
  /**
   * Whether somebody who may write to the repository, and isn't its author, has agreed at this very head: by an approving review, or by a
   * review with the line `/plumbline plan`.
   */
  isAgreedTo(repository: string, pull: Pick<OpenPullRequest, 'number' | 'head' | 'author'>): Promise<boolean>;
};

export type Annotation = {
  /** Of the manifest, relative to the repository's root. */
  path: string;
  /** From 1. */
  line: number;
  level: 'warning' | 'failure';
  title: string;
  message: string;
};

/** `conclusion` is undefined while it isn't over. `title`, `summary` and `text` are Markdown, and no longer than GitHub takes. */
export type Check = {
  /** Names what is said, so that the same isn't said again. At most 255 characters. */
  digest: string;
  conclusion?: 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled';
  title: string;
  summary: string;
  text: string;
  /** At most 50. */
  annotations: Annotation[];
};

type StandingCheck = { id: number; digest: string; isOver: boolean; url: string };

/** For `reporter`. Needs "Checks: write" and "Pull requests: write". */
export type PullRequestVoice = {
  /** Our own newest check of this name on a commit, if any. */
  check(repository: string, revision: string, name: string): Promise<StandingCheck | undefined>;
  /** Begins a check, or gives an answer anew: what is over already keeps its annotations for ever. Returns its page. */
  addCheck(repository: string, revision: string, check: Check & { name: string }): Promise<string>;
  /** Changes one that isn't over. */
  changeCheck(repository: string, id: number, check: Check): Promise<void>;
  /** Our own first comment on a pull request that begins with this text, if any. */
  comment(repository: string, number: number, marker: string): Promise<{ id: number; body: string } | undefined>;
  addComment(repository: string, number: number, body: string): Promise<void>;
  changeComment(repository: string, id: number, body: string): Promise<void>;
};
