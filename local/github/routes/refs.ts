import { GitHubError, notFound } from '../errors.ts';
import { isAncestor, isRefName, noObject, readRefs, resolveCommit } from '../git/refs.ts';
import { moveRef } from '../ref-changes.ts';
import { bodyOf, ok, type RepositoryCall, type Route, repositoryRoute, visibleCommit } from '../router.ts';
import { nodeId } from '../shapes/common.ts';
import { repositoryApi } from '../shapes/repository.ts';
import type { Repository } from '../world.ts';
import { readContents, writeContents } from './access.ts';

function refShape({ world, repository }: RepositoryCall, ref: string, sha: string) {
  const api = repositoryApi(world, repository);
  const object = { sha, type: 'commit', url: `${api}/git/commits/${sha}` };
  return { ref, node_id: nodeId('Ref', `${repository.id}:${ref}`), url: `${api}/git/${ref}`, object };
}

const fullRef = ({ params }: RepositoryCall) => `refs/${params.ref}`;

async function getRef(call: RepositoryCall) {
  const sha = await visibleCommit(call, fullRef(call));
  if (sha === undefined) throw await missing(call.repository);
  return ok(refShape(call, fullRef(call), sha));
}

/** GitHub says 409, not 404, of a repository without any commit. */
export async function missing({ directory }: Repository): Promise<GitHubError> {
  const heads = await readRefs(directory, ['refs/heads/']);
  return heads.size === 0 ? new GitHubError(409, 'Git Repository is empty.') : notFound();
}

async function matchingRefs(call: RepositoryCall) {
  const refs = await readRefs(call.repository.directory);
  const matching = [...refs].filter(([ref]) => ref.startsWith(fullRef(call)));
  return ok(matching.map(([ref, sha]) => refShape(call, ref, sha)));
}

async function createRef(call: RepositoryCall) {
  const { world, repository, account } = call;
  const { ref, sha } = bodyOf<'git', 'createRef'>(call);
  if (!/^refs\/\w+\/./.test(ref) || !isRefName(ref)) throw new GitHubError(422, 'Reference name is invalid');
  const after = /^[0-9a-f]{40}$/.test(sha) ? await resolveCommit(repository.directory, sha) : undefined;
  if (after === undefined) throw new GitHubError(422, 'Object does not exist');
  await repository.exclusive(async () => {
    if (await resolveCommit(repository.directory, ref)) throw new GitHubError(422, 'Reference already exists');
    await moveRef(world, repository, { ref, before: noObject, after }, account);
  });
  return { status: 201, body: refShape(call, ref, after) };
}

async function updateRef(call: RepositoryCall) {
  const { world, repository, account } = call;
  const { sha, force = false } = bodyOf<'git', 'updateRef'>(call);
  const ref = fullRef(call);
  const after = await resolveCommit(repository.directory, sha);
  if (after === undefined) throw new GitHubError(422, 'Object does not exist');
  await repository.exclusive(async () => {
    const before = await existing(repository, ref);
    refuseProtected(repository, ref);
    if (!force && !(await isAncestor(repository.directory, before, after)))
      throw new GitHubError(422, 'Update is not a fast forward');
    if (before !== after) await moveRef(world, repository, { ref, before, after }, account);
  });
  return ok(refShape(call, ref, after));
}

async function deleteRef(call: RepositoryCall) {
  const { world, repository, account } = call;
  const ref = fullRef(call);
  await repository.exclusive(async () => {
    const before = await existing(repository, ref);
    refuseProtected(repository, ref);
    await moveRef(world, repository, { ref, before, after: noObject }, account);
  });
  return { status: 204 };
}

async function existing({ directory }: Repository, ref: string): Promise<string> {
  const sha = await resolveCommit(directory, ref);
  if (sha === undefined) throw new GitHubError(422, 'Reference does not exist');
  return sha;
}

export const ruleViolation = 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n';

function refuseProtected({ protectedBranches }: Repository, ref: string): void {
  if (protectedBranches.has(ref.replace(/^refs\/heads\//, ''))) throw new GitHubError(422, ruleViolation);
}

/** Git references. */
export const refRoutes: Route[] = [
  repositoryRoute('GET /git/ref/{ref}', readContents, getRef),
  repositoryRoute('GET /git/matching-refs/{ref}', readContents, matchingRefs),
  repositoryRoute('POST /git/refs', writeContents, createRef),
  repositoryRoute('PATCH /git/refs/{ref}', writeContents, updateRef),
  repositoryRoute('DELETE /git/refs/{ref}', writeContents, deleteRef),
];
