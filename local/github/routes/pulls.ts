import { notFound } from '../errors.ts';
import { readCommits } from '../git/history.ts';
import { mergePull } from '../merge.ts';
import { listAnswer } from '../pages.ts';
import { announcePull, baseHead, closePull, openPull, pullDetails } from '../pull-requests.ts';
import { bodyOf, ok, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { commitShape, fileShape } from '../shapes/commit.ts';
import { fullPullShape, pullShape } from '../shapes/pull-request.ts';
import type { PullRequest } from '../world.ts';
import { readPulls, writeContents, writePulls } from './access.ts';

export function pullOf({ repository }: RepositoryCall, number: string | undefined): PullRequest {
  const pull = repository.pulls.find((candidate) => candidate.number === Number(number));
  if (pull === undefined) throw notFound();
  return pull;
}

const namedPull = (call: RepositoryCall) => pullOf(call, call.params.pull_number);

async function fullShape({ world, repository }: RepositoryCall, pull: PullRequest) {
  return fullPullShape(world, repository, pull, await pullDetails(world, repository, pull));
}

async function createPull(call: RepositoryCall) {
  const { title = '', head, base, body, draft } = bodyOf<'pulls', 'create'>(call);
  const wanted = { title, head, base, body: body ?? null, draft: draft ?? false };
  const pull = await openPull(call.world, call.repository, wanted, call.account);
  return { status: 201, body: await fullShape(call, pull) };
}

function listPulls(call: RepositoryCall) {
  const { world, repository, query } = call;
  const state = query.get('state') ?? 'open';
  const wanted = (pull: PullRequest) =>
    (state === 'all' || pull.state === state) &&
    (query.get('base') ?? pull.base.ref) === pull.base.ref &&
    isFrom(pull, query.get('head'));
  const direction = query.get('direction') ?? (query.has('sort') ? 'asc' : 'desc');
  const sorted = repository.pulls.filter(wanted).sort(bySort(query.get('sort')));
  if (direction === 'desc') sorted.reverse();
  return listAnswer(call, sorted, (pull) => pullShape(world, repository, pull));
}

/** GitHub ignores a `head` that isn't `owner:branch`. */
function isFrom({ head }: PullRequest, filter: string | null): boolean {
  if (!filter?.includes(':')) return true;
  return `${head.repository.owner}:${head.ref}`.toLowerCase() === filter.toLowerCase();
}

function bySort(sort: string | null): (a: PullRequest, b: PullRequest) => number {
  const time = (pull: PullRequest) => (sort === 'updated' ? pull.updatedAt : pull.createdAt).getTime();
  return (a, b) => time(a) - time(b) || a.number - b.number;
}

async function updatePull(call: RepositoryCall) {
  const { world, repository, account } = call;
  const pull = namedPull(call);
  const { title, body, base, state } = bodyOf<'pulls', 'update'>(call);
  const before = { title: pull.title, body: pull.body };
  if (title !== undefined) pull.title = title;
  if (body !== undefined) pull.body = body;
  if (base !== undefined) pull.base.ref = base;
  pull.updatedAt = world.now();
  if (state === 'closed' && pull.state === 'open') await closePull(world, repository, pull, account);
  else if (state === 'open' && pull.state === 'closed') await reopen(call, pull);
  else await announcePull(world, repository, pull, { action: 'edited', sender: account, extra: changes(before, pull) });
  return ok(await fullShape(call, pull));
}

function changes(before: { title: string; body: string | null }, pull: PullRequest) {
  const changed = (['title', 'body'] as const).filter((name) => before[name] !== pull[name]);
  return { changes: Object.fromEntries(changed.map((name) => [name, { from: before[name] ?? '' }])) };
}

async function reopen({ world, repository, account }: RepositoryCall, pull: PullRequest): Promise<void> {
  pull.state = 'open';
  pull.closedAt = null;
  await announcePull(world, repository, pull, { action: 'reopened', sender: account });
}

async function merge(call: RepositoryCall) {
  const request = bodyOf<'pulls', 'merge'>(call);
  const sha = await mergePull(call.world, call.repository, namedPull(call), request, call.account);
  return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
}

async function listFiles(call: RepositoryCall) {
  const { world, repository } = call;
  const pull = namedPull(call);
  const { files } = await pullDetails(world, repository, pull);
  return listAnswer(call, files, (file) => fileShape(world, repository, pull.head.sha, file));
}

async function listCommits(call: RepositoryCall) {
  const { world, repository } = call;
  const pull = namedPull(call);
  const base = pull.mergedAt === null ? await baseHead(repository, pull) : pull.base.sha;
  const commits = await readCommits(repository.directory, ['--reverse', `${base}..${pull.head.sha}`]);
  return listAnswer(call, commits, (commit) => commitShape(world, repository, commit));
}

/** Pull requests. */
export const pullRoutes: Route[] = [
  repositoryRoute('POST /pulls', writePulls, createPull),
  repositoryRoute('GET /pulls', readPulls, listPulls),
  repositoryRoute('GET /pulls/{pull_number}', readPulls, async (call) => ok(await fullShape(call, namedPull(call)))),
  repositoryRoute('PATCH /pulls/{pull_number}', writePulls, updatePull),
  repositoryRoute('GET /pulls/{pull_number}/files', readPulls, listFiles),
  repositoryRoute('GET /pulls/{pull_number}/commits', readPulls, listCommits),
  repositoryRoute('PUT /pulls/{pull_number}/merge', writeContents, merge),
];
