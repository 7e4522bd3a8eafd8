import { createHash } from 'node:crypto';
import type { App } from './apps.ts';
import { notFound } from './errors.ts';
import type { Person } from './git/commit.ts';
import type { Webhooks } from './webhooks.ts';

/** Whoever does something: a person, or a GitHub App as its bot. */
export type Account = Person & { login: string; type: 'User' | 'Bot' | 'Organization'; app?: App };

export type PullRequest = {
  id: number;
  number: number;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  draft: boolean;
  user: Account;
  head: { repository: Repository; ref: string; sha: string };
  base: { ref: string; sha: string };
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  mergedAt: Date | null;
  mergedBy: Account | null;
  mergeCommit: string | null;
  /** What GitHub calls the test merge, with the pair of commits that it was made of. */
  test?: { of: string; commit: string | null };
};

export type Comment = {
  id: number;
  number: number;
  body: string;
  user: Account;
  createdAt: Date;
  updatedAt: Date;
};

export type Review = {
  id: number;
  /** Of the pull request. */
  number: number;
  body: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED';
  /** The head that it was written for. */
  sha: string;
  user: Account;
  createdAt: Date;
};

/** What somebody may do in a repository, as GitHub's API calls it. */
export type Right = 'admin' | 'write' | 'read' | 'none';

export type CommitComment = { id: number; sha: string; body: string; user: Account; createdAt: Date };

type CommitState = 'error' | 'failure' | 'pending' | 'success';
export type CommitStatus = {
  id: number;
  sha: string;
  state: CommitState;
  context: string;
  description: string | null;
  targetUrl: string | null;
  creator: Account;
  createdAt: Date;
};

export type DeploymentStatus = {
  id: number;
  state: 'error' | 'failure' | 'inactive' | 'in_progress' | 'queued' | 'pending' | 'success';
  description: string;
  environment: string;
  environmentUrl: string;
  logUrl: string;
  creator: Account;
  createdAt: Date;
};
export type Deployment = {
  id: number;
  sha: string;
  ref: string;
  task: string;
  environment: string;
  description: string | null;
  payload: Record<string, unknown> | string;
  transient: boolean;
  production: boolean;
  creator: Account;
  createdAt: Date;
  statuses: DeploymentStatus[];
};

export type Annotation = {
  path: string;
  start_line: number;
  end_line: number;
  start_column?: number;
  end_column?: number;
  annotation_level: 'notice' | 'warning' | 'failure';
  message: string;
  title?: string;
  raw_details?: string;
};
export type CheckRun = {
  id: number;
  sha: string;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  externalId: string;
  detailsUrl: string | null;
  startedAt: Date;
  completedAt: Date | null;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: Annotation[];
  app: App;
};

export type Repository = {
  id: number;
  owner: string;
  name: string;
  fullName: string;
  directory: string;
  defaultBranch: string;
  parent?: Repository;
  createdAt: Date;
  pushedAt: Date;
  /** Where each ref was before its last move: what a stale reader of the API still sees. */
  previousHeads: Map<string, string>;
  /** Branches that only pull requests may change. */
  protectedBranches: Set<string>;
  /** One change of refs at a time, so that each is told apart from the next. */
  exclusive: <T>(work: () => Promise<T>) => Promise<T>;
  pulls: PullRequest[];
  comments: Comment[];
  reviews: Review[];
  /** By login in lower case; whoever isn't there may read only. */
  rights: Map<string, Right>;
  commitComments: CommitComment[];
  statuses: CommitStatus[];
  deployments: Deployment[];
  checkRuns: CheckRun[];
};

export type World = {
  /** `http://127.0.0.1:PORT`, where people and git go. */
  url: string;
  /** What Octokit takes as `baseUrl`. */
  apiUrl: string;
  now: () => Date;
  nextId: () => number;
  apps: App[];
  /** By full name in lower case, as GitHub ignores case. */
  repositories: Map<string, Repository>;
  /** The same, by names that they had before. */
  renamed: Map<string, Repository>;
  webhooks: Webhooks;
  /** Calls and GraphQL operations that nothing here serves: a test fails on them. */
  unknownCalls: string[];
  /** Answers and payloads that GitHub's description doesn't allow: the stand-in's own faults. */
  violations: string[];
};

/** @throws GitHubError 404 */
export function findRepository(world: World, fullName: string): Repository {
  const repository = world.repositories.get(fullName.toLowerCase());
  if (repository === undefined) throw notFound();
  return repository;
}

/** A person by name: the login is the name in GitHub's alphabet. */
export function personAccount({ name, email }: Person): Account {
  const login = name.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'someone';
  return { login, name, email, type: 'User' };
}

/** The bot that acts for an App, named and addressed as GitHub does. */
export function botAccount(app: App): Account {
  const login = `${app.slug}[bot]`;
  return { login, name: login, email: `${accountId(login)}+${login}@users.noreply.github.com`, type: 'Bot', app };
}

/** The account behind a commit's e-mail address, known for GitHub's own addresses only. */
export function loginOfEmail(email: string): string | undefined {
  if (email === 'noreply@github.com') return 'web-flow';
  return /^\d+\+(.+)@users\.noreply\.github\.com$/.exec(email)?.[1];
}

/** A stable number for a login. */
export function accountId(login: string): number {
  return Number.parseInt(createHash('sha1').update(login.toLowerCase()).digest('hex').slice(0, 7), 16) + 1;
}

/** Runs one piece of work at a time, in order; a failed one doesn't stop the next. */
export function createExclusive(): Repository['exclusive'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const run = last.then(work);
    last = run.catch(() => {});
    return run;
  };
}
