import { GitHubError, invalid, tooLong } from '../errors.ts';
import { resolveCommit } from '../git/refs.ts';
import { listAnswer, sliceOf } from '../pages.ts';
import { bodyOf, ok, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { accountShape, iso, nodeId } from '../shapes/common.ts';
import { repositoryApi, repositoryShape } from '../shapes/repository.ts';
import type { CommitStatus, Repository, World } from '../world.ts';
import { readStatuses, writeStatuses } from './access.ts';
import { commitOf } from './commits.ts';

/** GitHub keeps no more than this for one commit and context. */
const mostStatuses = 1000;

function simpleShape(world: World, repository: Repository, status: CommitStatus) {
  const at = iso(status.createdAt);
  return {
    url: `${repositoryApi(world, repository)}/statuses/${status.sha}`,
    avatar_url: accountShape(world, status.creator).avatar_url,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: at,
    updated_at: at,
  };
}

function statusShape(world: World, repository: Repository, status: CommitStatus) {
  return { ...simpleShape(world, repository, status), creator: accountShape(world, status.creator) };
}

async function createStatus(call: RepositoryCall) {
  const { world, repository, account, params } = call;
  const {
    state,
    context = 'default',
    description = null,
    target_url: url,
  } = bodyOf<'repos', 'createCommitStatus'>(call);
  const sha = await resolveCommit(repository.directory, params.sha ?? '');
  if (sha === undefined) throw new GitHubError(422, `No commit found for SHA: ${params.sha}`);
  if (!['error', 'failure', 'pending', 'success'].includes(state))
    throw invalid('Status', 'state', 'state is not included in the list', 'custom');
  if (description !== null && [...description].length > 140) throw tooLong('Status', 'description', 140);
  if (url && !/^https?:\/\//.test(url)) throw invalid('Status', 'target_url', 'target_url must use http(s) scheme');
  if (statusesOf(repository, sha).filter((status) => status.context === context).length >= mostStatuses)
    throw invalid('Status', 'sha', 'This SHA and context has reached the maximum number of statuses.');
  const values = { sha, state, context, description, targetUrl: url || null, creator: account };
  const status: CommitStatus = { id: world.nextId(), ...values, createdAt: world.now() };
  repository.statuses.push(status);
  return { status: 201, body: statusShape(world, repository, status) };
}

/** Newest first. */
export function statusesOf({ statuses }: Repository, sha: string): CommitStatus[] {
  return statuses.filter((status) => status.sha === sha).reverse();
}

/** The newest of each context. */
export function currentStatuses(repository: Repository, sha: string): CommitStatus[] {
  const newestLast = statusesOf(repository, sha).reverse();
  return [...new Map(newestLast.map((status) => [status.context, status])).values()];
}

async function listStatuses(call: RepositoryCall) {
  const sha = await commitOf(call, call.params.ref ?? '');
  const { world, repository } = call;
  return listAnswer(call, statusesOf(repository, sha), (status) => statusShape(world, repository, status));
}

async function combinedStatus(call: RepositoryCall) {
  const { world, repository, params } = call;
  const sha = await commitOf(call, params.ref ?? '');
  const current = currentStatuses(repository, sha);
  const { items, headers } = sliceOf(call, current);
  const url = `${repositoryApi(world, repository)}/commits/${sha}`;
  const combined = {
    state: combine(current),
    statuses: items.map((status) => simpleShape(world, repository, status)),
    sha,
    total_count: current.length,
    repository: repositoryShape(world, repository),
    commit_url: url,
    url: `${url}/status`,
  };
  return ok(combined, headers);
}

function combine(statuses: CommitStatus[]): string {
  const states = new Set(statuses.map(({ state }) => state));
  if (states.has('error') || states.has('failure')) return 'failure';
  return states.has('pending') || states.size === 0 ? 'pending' : 'success';
}

/** Commit statuses. */
export const statusRoutes: Route[] = [
  repositoryRoute('POST /statuses/{sha}', writeStatuses, createStatus),
  repositoryRoute('GET /commits/{ref}/status', readStatuses, combinedStatus),
  repositoryRoute('GET /commits/{ref}/statuses', readStatuses, listStatuses),
];
