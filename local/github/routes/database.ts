import { GitHubError } from '../errors.ts';
import { writeCommit } from '../git/commit.ts';
import { readCommit } from '../git/history.ts';
import { writeTreeCommit } from '../git/merge.ts';
import { resolveCommit } from '../git/refs.ts';
import { listTree, resolveTree } from '../git/tree.ts';
import { bodyOf, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { gitCommitShape } from '../shapes/commit.ts';
import { repositoryApi } from '../shapes/repository.ts';
import { writeContents } from './access.ts';

/** Served as far as files are concerned: text by `content`, at paths of their own. Files that exist keep their mode. */
async function createTree(call: RepositoryCall) {
  const { world, repository, account } = call;
  const { base_tree: base, tree: entries } = bodyOf<'git', 'createTree'>(call);
  const from = base && (await resolveTree(repository.directory, base));
  if (base !== undefined && !from) throw new GitHubError(422, 'base_tree is not a valid tree oid');
  if (entries.some(({ content, type = 'blob', mode }) => content === undefined || type !== 'blob' || mode !== '100644'))
    throw new GitHubError(422, 'the stand-in makes trees of text files only (content, mode 100644)');
  const changes = entries.map(({ path = '', content = '' }) => ({ path, content: Buffer.from(content) }));
  const parts = { ...(from && { tree: from }), changes, message: 'Only its tree is wanted', author: account };
  const commit = await writeCommit(repository.directory, parts, world.now());
  const sha = (await resolveTree(repository.directory, commit)) ?? '';
  const url = `${repositoryApi(world, repository)}/git/trees/${sha}`;
  return { status: 201, body: { sha, url, tree: await listTree(repository.directory, sha), truncated: false } };
}

/** By the App itself: without `author` and `committer` it is both. */
async function createCommit(call: RepositoryCall) {
  const { world, repository, account } = call;
  const { message, tree, parents = [] } = bodyOf<'git', 'createCommit'>(call);
  const known = await Promise.all(parents.map((sha) => resolveCommit(repository.directory, sha)));
  if (known.includes(undefined)) throw new GitHubError(422, 'Parent SHA does not exist or is not a commit object');
  if ((await resolveTree(repository.directory, tree)) !== tree) throw new GitHubError(422, 'Tree SHA does not exist');
  const commit = { tree, parents, message, author: account, committer: account };
  const sha = await writeTreeCommit(repository.directory, commit, world.now());
  return { status: 201, body: gitCommitShape(world, repository, await readCommit(repository.directory, sha)) };
}

/** Objects that no branch has yet. */
export const databaseRoutes: Route[] = [
  repositoryRoute('POST /git/trees', writeContents, createTree),
  repositoryRoute('POST /git/commits', writeContents, createCommit),
];
