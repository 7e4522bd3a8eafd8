import { GitHubError, invalid } from './errors.ts';
import { diffFiles } from './git/diff.ts';
import { divergence } from './git/history.ts';
import { writeMerge } from './git/merge.ts';
import { noObject, type RefChange, resolveCommit } from './git/refs.ts';
import { git } from './git/run.ts';
import { type PullEvent, pullRequestPayload } from './payloads.ts';
import type { PullDetails } from './shapes/pull-request.ts';
import type { Account, PullRequest, Repository, World } from './world.ts';

export type NewPullRequest = {
  title: string;
  /** A branch of the same repository, or `owner:branch` of a fork. */
  head: string;
  base: string;
  body?: string | null;
  draft?: boolean;
};

/** @throws GitHubError 422 if a branch is missing, there is nothing to merge, or one is open already */
export async function openPull(
  world: World,
  repository: Repository,
  wanted: NewPullRequest,
  user: Account,
): Promise<PullRequest> {
  const { head, base } = await findSides(world, repository, wanted);
  const number = Math.max(0, ...repository.pulls.map((pull) => pull.number)) + 1;
  await bringHead(repository, number, head);
  const { ahead } = await divergence(repository.directory, base.sha, head.sha);
  if (ahead === 0) throw refused(`No commits between ${base.ref} and ${head.ref}`);
  const pull = createPull(world, { number, head, base, user, wanted });
  repository.pulls.push(pull);
  await announcePull(world, repository, pull, { action: 'opened', sender: user });
  return pull;
}

const refused = (message: string) =>
  new GitHubError(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] });

type Sides = Pick<PullRequest, 'head' | 'base'>;

async function findSides(world: World, repository: Repository, wanted: NewPullRequest): Promise<Sides> {
  const [owner, ref = ''] = wanted.head.includes(':') ? wanted.head.split(':') : [repository.owner, wanted.head];
  const from = headRepository(world, repository, owner ?? '');
  const [headSha, baseSha] = await Promise.all([
    resolveCommit(from.directory, `refs/heads/${ref}`),
    resolveCommit(repository.directory, `refs/heads/${wanted.base}`),
  ]);
  if (headSha === undefined) throw invalid('PullRequest', 'head', 'head is not a branch', 'invalid');
  if (baseSha === undefined) throw invalid('PullRequest', 'base', 'base is not a branch', 'invalid');
  const sameSides = (pull: PullRequest) =>
    pull.state === 'open' && pull.head.repository === from && pull.head.ref === ref && pull.base.ref === wanted.base;
  if (repository.pulls.some(sameSides)) throw refused(`A pull request already exists for ${from.owner}:${ref}.`);
  return { head: { repository: from, ref, sha: headSha }, base: { ref: wanted.base, sha: baseSha } };
}

function headRepository(world: World, repository: Repository, owner: string): Repository {
  if (owner.toLowerCase() === repository.owner.toLowerCase()) return repository;
  const fork = [...world.repositories.values()].find(
    (candidate) => candidate.parent === repository && candidate.owner.toLowerCase() === owner.toLowerCase(),
  );
  if (fork === undefined) throw invalid('PullRequest', 'head', 'head is not a fork', 'invalid');
  return fork;
}

/** The head's objects have to be in the base's repository, where `refs/pull/N/head` keeps them, as on GitHub. */
async function bringHead(repository: Repository, number: number, { repository: from, sha }: PullRequest['head']) {
  const ref = `refs/pull/${number}/head`;
  if (from === repository) await git(repository.directory, ['update-ref', ref, sha]);
  else await git(repository.directory, ['fetch', '--quiet', '--no-tags', from.directory, `+${sha}:${ref}`]);
}

type PullParts = Sides & { number: number; user: Account; wanted: NewPullRequest };

function createPull(world: World, { number, head, base, user, wanted }: PullParts): PullRequest {
  const at = world.now();
  const times = { createdAt: at, updatedAt: at, closedAt: null, mergedAt: null };
  const { title, body = null, draft = false } = wanted;
  const result = { mergedBy: null, mergeCommit: null };
  return { id: world.nextId(), number, title, body, state: 'open', draft, user, head, base, ...times, ...result };
}

/** What GitHub computes for a pull request: its size, and whether it could be merged, by a real merge. */
export async function pullDetails(world: World, repository: Repository, pull: PullRequest): Promise<PullDetails> {
  const base = pull.mergedAt === null ? await baseHead(repository, pull) : pull.base.sha;
  const { mergeBase, ahead } = await divergence(repository.directory, base, pull.head.sha);
  const [mergeable, files] = await Promise.all([
    pull.state === 'open' ? testMerge(world, repository, pull, base) : null,
    diffFiles(repository.directory, mergeBase ?? base, pull.head.sha),
  ]);
  return { mergeable, commits: ahead, files };
}

export async function baseHead(repository: Repository, { base }: PullRequest): Promise<string> {
  return (await resolveCommit(repository.directory, `refs/heads/${base.ref}`)) ?? base.sha;
}

/** Merges into `refs/pull/N/merge`, once for each pair of heads. */
async function testMerge(world: World, repository: Repository, pull: PullRequest, base: string): Promise<boolean> {
  const of = `${base} ${pull.head.sha}`;
  if (pull.test?.of !== of) {
    const message = `Merge ${pull.head.sha} into ${base}`;
    const sides = { base, head: pull.head.sha, message, author: pull.user };
    const commit = await writeMerge(repository.directory, sides, world.now());
    pull.test = { of, commit };
    if (commit !== null) await git(repository.directory, ['update-ref', `refs/pull/${pull.number}/merge`, commit]);
  }
  return pull.test.commit !== null;
}

/** Sends `pull_request` with what GitHub would compute at this moment. */
export async function announcePull(world: World, repository: Repository, pull: PullRequest, event: PullEvent) {
  const details = await pullDetails(world, repository, pull);
  world.webhooks.send('pull_request', pullRequestPayload(world, repository, pull, details, event));
}

/** The head branch of an open pull request was moved or deleted. */
export async function followHead(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { before, after }: RefChange,
  by: Account,
): Promise<void> {
  pull.updatedAt = world.now();
  if (after === noObject) return closePull(world, repository, pull, by);
  pull.head.sha = after;
  pull.base.sha = await baseHead(repository, pull);
  await bringHead(repository, pull.number, pull.head);
  await announcePull(world, repository, pull, { action: 'synchronize', sender: by, extra: { before, after } });
}

export async function closePull(world: World, repository: Repository, pull: PullRequest, by: Account): Promise<void> {
  pull.state = 'closed';
  pull.closedAt = pull.updatedAt = world.now();
  await announcePull(world, repository, pull, { action: 'closed', sender: by });
}

export function markMerged(pull: PullRequest, commit: string, by: Account, at: Date): void {
  pull.state = 'closed';
  pull.closedAt = pull.mergedAt = pull.updatedAt = at;
  pull.mergedBy = by;
  pull.mergeCommit = commit;
}

export async function readyForReview(world: World, repository: Repository, pull: PullRequest, by: Account) {
  pull.draft = false;
  pull.updatedAt = world.now();
  await announcePull(world, repository, pull, { action: 'ready_for_review', sender: by });
}
