import { join } from 'node:path';
import { GitHubError, notFound } from './errors.ts';
import { type Person, writeCommit } from './git/commit.ts';
import { initBare, noObject, resolveCommit, updateRef } from './git/refs.ts';
import { git } from './git/run.ts';
import { readBlob } from './git/tree.ts';
import { type MergeRequest, mergePull } from './merge.ts';
import { closePull, type NewPullRequest, openPull, readyForReview } from './pull-requests.ts';
import { moveRef } from './ref-changes.ts';
import { type NewReview, reviewPull } from './reviews.ts';
import { statusesOf } from './routes/statuses.ts';
import {
  type CommitStatus,
  createExclusive,
  findRepository,
  type PullRequest,
  personAccount,
  type Repository,
  type Right,
  type World,
} from './world.ts';

/** Paths with their contents; null deletes. */
type Files = Record<string, string | Buffer | null>;

type RepositoryOptions = {
  owner: string;
  name: string;
  /** What the first commit has; without files the repository is empty. */
  files?: Files;
  /** Symbolic links of the first commit: what they lead to, by their path. Default: none. */
  links?: Record<string, string>;
  /** All start at the first commit; the first is the default branch. Default: `main`. */
  branches?: string[];
};

type CommitOptions = {
  /** `owner/name`, as everywhere here. */
  repository: string;
  branch: string;
  files: Files;
  message: string;
  /** Default: Dev Eloper. */
  author?: Person;
};

/** What people do on GitHub and see there. Repositories are named `owner/name`. */
export type People = {
  /** Makes a repository, silently. @returns its first commit, or `undefined` if it is empty */
  createRepository: (options: RepositoryOptions) => Promise<string | undefined>;
  /** Copies a repository to another owner. @returns the fork's full name */
  fork: (repository: string, owner: string) => Promise<string>;
  /** Gives a repository another name; the old one leads there. */
  rename: (repository: string, name: string) => void;
  /** A person's commit on a branch. @returns its SHA */
  commit: (options: CommitOptions) => Promise<string>;
  /** Creates, moves (also by force) or, with `null`, deletes a branch. */
  moveBranch: (repository: string, branch: string, to: string | null) => Promise<void>;
  /** From now on only pull requests change the branch; pushes by git aren't stopped. */
  protectBranch: (repository: string, branch: string) => void;
  head: (repository: string, branch: string) => Promise<string | undefined>;
  readFile: (repository: string, ref: string, path: string) => Promise<Buffer | undefined>;
  /** Newest first. */
  statuses: (repository: string, sha: string) => CommitStatus[];
  pullRequests: (repository: string) => readonly PullRequest[];
  /** `by`: a name; default: Dev Eloper. */
  openPullRequest: (repository: string, pull: NewPullRequest & { by?: string }) => Promise<PullRequest>;
  /** @returns the base branch's new head */
  mergePullRequest: (repository: string, number: number, request?: MergeRequest) => Promise<string>;
  closePullRequest: (repository: string, number: number) => Promise<void>;
  /** Says that a draft is ready. */
  readyForReview: (repository: string, number: number) => Promise<void>;
  /** Reviews a pull request at its present head. `by`: a name; default: Dev Eloper. */
  review: (repository: string, number: number, review: NewReview) => Promise<void>;
  /** Gives a person, by name, a right in a repository. Everybody else may read, Dev Eloper is its administrator. */
  grant: (repository: string, name: string, right: Right) => void;
  /** Everything that was written about a repository: comments, deployments, check runs. */
  records: (repository: string) => Pick<Repository, 'comments' | 'commitComments' | 'deployments' | 'checkRuns'>;
};

const developer: Person = { name: 'Dev Eloper', email: 'dev@example.com' };

/** The same things that the API does, done by people. @param root the folder for the repositories */
export function createPeople(world: World, root: string): People {
  const named = (repository: string) => findRepository(world, repository);
  const person = personAccount(developer);

  async function createRepository({ owner, name, files, links = {}, branches = ['main'] }: RepositoryOptions) {
    const [defaultBranch = 'main'] = branches;
    const repository = newRepository(world, root, { owner, name, defaultBranch });
    await initBare(repository.directory, defaultBranch);
    world.repositories.set(repository.fullName.toLowerCase(), repository);
    if (files === undefined) return undefined;
    const first = { changes: [...changesOf(files), ...linksOf(links)], message: 'Initial commit', author: developer };
    const sha = await writeCommit(repository.directory, first, world.now());
    for (const branch of branches)
      await updateRef(repository.directory, { ref: `refs/heads/${branch}`, before: noObject, after: sha });
    return sha;
  }

  async function fork(name: string, owner: string): Promise<string> {
    const parent = named(name);
    const copy = newRepository(world, root, { owner, name: parent.name, defaultBranch: parent.defaultBranch });
    await initBare(copy.directory, copy.defaultBranch);
    await git(copy.directory, ['fetch', '--quiet', parent.directory, '+refs/heads/*:refs/heads/*']);
    world.repositories.set(copy.fullName.toLowerCase(), { ...copy, parent });
    return copy.fullName;
  }

  function rename(fullName: string, name: string): void {
    const repository = named(fullName);
    world.repositories.delete(repository.fullName.toLowerCase());
    world.renamed.set(repository.fullName.toLowerCase(), repository);
    repository.name = name;
    repository.fullName = `${repository.owner}/${name}`;
    world.repositories.set(repository.fullName.toLowerCase(), repository);
  }

  function commit({ repository: name, branch, files, message, author = developer }: CommitOptions): Promise<string> {
    const repository = named(name);
    const ref = `refs/heads/${branch}`;
    return repository.exclusive(async () => {
      const parent = await resolveCommit(repository.directory, ref);
      const change = { ...(parent && { parent }), changes: changesOf(files), message, author };
      const after = await writeCommit(repository.directory, change, world.now());
      await moveRef(world, repository, { ref, before: parent ?? noObject, after }, personAccount(author));
      return after;
    });
  }

  function moveBranch(name: string, branch: string, to: string | null): Promise<void> {
    const repository = named(name);
    const ref = `refs/heads/${branch}`;
    return repository.exclusive(async () => {
      const before = (await resolveCommit(repository.directory, ref)) ?? noObject;
      await moveRef(world, repository, { ref, before, after: to ?? noObject }, person);
    });
  }

  async function readFile(name: string, ref: string, path: string): Promise<Buffer | undefined> {
    const { directory } = named(name);
    const sha = await resolveCommit(directory, ref);
    return sha === undefined ? undefined : readBlob(directory, `${sha}:${path}`);
  }

  return {
    createRepository,
    fork,
    rename,
    commit,
    moveBranch,
    protectBranch: (name, branch) => void named(name).protectedBranches.add(branch),
    head: (name, branch) => resolveCommit(named(name).directory, `refs/heads/${branch}`),
    readFile,
    statuses: (name, sha) => statusesOf(named(name), sha),
    pullRequests: (name) => named(name).pulls,
    openPullRequest: (name, { by, ...pull }) => openPull(world, named(name), pull, personOf(by)),
    mergePullRequest: (name, number, request = {}) =>
      mergePull(world, named(name), findPull(named(name), number), request, person),
    closePullRequest: (name, number) => closePull(world, named(name), findPull(named(name), number), person),
    readyForReview: (name, number) => readyForReview(world, named(name), findPull(named(name), number), person),
    review: (name, number, review) =>
      reviewPull(world, named(name), findPull(named(name), number), { ...review, by: personOf(review.by) }),
    grant: (name, login, right) => void named(name).rights.set(personOf(login).login.toLowerCase(), right),
    records: named,
  };
}

const personOf = (name = developer.name) => personAccount({ ...developer, name });

function findPull({ pulls }: Repository, number: number): PullRequest {
  const pull = pulls.find((candidate) => candidate.number === number);
  if (pull === undefined) throw notFound();
  return pull;
}

const linksOf = (links: Record<string, string>) =>
  Object.entries(links).map(([path, target]) => ({ path, content: Buffer.from(target), mode: 'link' as const }));

function changesOf(files: Files) {
  return Object.entries(files).map(([path, content]) => ({
    path,
    content: typeof content === 'string' ? Buffer.from(content) : content,
  }));
}

type Name = { owner: string; name: string; defaultBranch: string };

function newRepository(world: World, root: string, { owner, name, defaultBranch }: Name): Repository {
  const fullName = `${owner}/${name}`;
  if (!/^[\w.-]+\/[\w.-]+$/.test(fullName) || world.repositories.has(fullName.toLowerCase()))
    throw new GitHubError(422, `the repository name ${fullName} is invalid or taken`);
  const at = world.now();
  const records = {
    pulls: [],
    comments: [],
    reviews: [],
    rights: new Map([[personAccount(developer).login.toLowerCase(), 'admin' as const]]),
    commitComments: [],
    statuses: [],
    deployments: [],
    checkRuns: [],
  };
  return {
    id: world.nextId(),
    owner,
    name,
    fullName,
    directory: join(root, owner, `${name}.git`),
    defaultBranch,
    createdAt: at,
    pushedAt: at,
    previousHeads: new Map(),
    protectedBranches: new Set(),
    exclusive: createExclusive(),
    ...records,
  };
}
