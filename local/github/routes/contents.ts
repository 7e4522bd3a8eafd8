import { GitHubError, notFound } from '../errors.ts';
import { findEntry, listTree, readBlob, resolveTree, type TreeEntry } from '../git/tree.ts';
import { type Answer, ok, type RepositoryCall, type Route, repositoryRoute, visibleCommit } from '../router.ts';
import { contentShape, wrappedBase64 } from '../shapes/commit.ts';
import { nodeId } from '../shapes/common.ts';
import { repositoryApi } from '../shapes/repository.ts';
import { readContents } from './access.ts';
import { missing } from './refs.ts';

/** GitHub cuts a tree here and says `truncated`. */
const mostEntries = 100_000;

async function getTree(call: RepositoryCall): Promise<Answer> {
  const { world, repository, params, query } = call;
  const name = params.tree_sha ?? '';
  const commit = await visibleCommit(call, name);
  const tree = await resolveTree(repository.directory, commit ?? (/^[0-9a-f]{40}$/.test(name) ? name : '-'));
  if (tree === undefined) throw await missing(repository);
  const api = `${repositoryApi(world, repository)}/git`;
  const entries = await listTree(repository.directory, tree, { recursive: query.has('recursive') });
  const url = ({ type, sha }: TreeEntry) => (type === 'commit' ? {} : { url: `${api}/${type}s/${sha}` });
  return ok({
    sha: tree,
    url: `${api}/trees/${tree}`,
    tree: entries.slice(0, mostEntries).map((entry) => ({ ...entry, ...url(entry) })),
    truncated: entries.length > mostEntries,
  });
}

async function getBlob({ world, repository, params, accept }: RepositoryCall): Promise<Answer> {
  const sha = params.file_sha ?? '';
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new GitHubError(422, 'The sha parameter must be exactly 40 characters.');
  const bytes = await readBlob(repository.directory, sha);
  if (bytes === undefined) throw notFound();
  if (/\braw\b/.test(accept)) return raw(bytes);
  const url = `${repositoryApi(world, repository)}/git/blobs/${sha}`;
  const node = nodeId('Blob', `${repository.id}:${sha}`);
  return ok({ sha, node_id: node, size: bytes.length, url, content: wrappedBase64(bytes), encoding: 'base64' });
}

const raw = (bytes: Buffer) => ok(bytes, { 'content-type': 'application/vnd.github.raw; charset=utf-8' });

async function getContents(call: RepositoryCall): Promise<Answer> {
  const { repository, params, query } = call;
  const ref = query.get('ref') ?? repository.defaultBranch;
  const commit = await visibleCommit(call, ref);
  if (commit === undefined) throw notFound(`No commit found for the ref ${ref}`);
  const path = (params.path ?? '').replace(/\/+$/, '');
  if (path === '') return folder(call, { ref, commit, path });
  const entry = await findEntry(repository.directory, commit, path);
  if (entry === undefined) throw notFound();
  return entry.type === 'tree' ? folder(call, { ref, commit, path }) : file(call, ref, entry);
}

type Place = { ref: string; commit: string; path: string };

async function folder({ world, repository }: RepositoryCall, { ref, commit, path }: Place): Promise<Answer> {
  const entries = await listTree(repository.directory, commit, { path });
  const shape = (entry: TreeEntry) =>
    contentShape(world, repository, ref, { ...entry, path: path === '' ? entry.path : `${path}/${entry.path}` });
  return ok(entries.map(shape));
}

/** Files over a megabyte come without their content, except as raw bytes. */
const largestInline = 1024 * 1024;

async function file({ world, repository, accept }: RepositoryCall, ref: string, entry: TreeEntry): Promise<Answer> {
  const shape = contentShape(world, repository, ref, entry);
  if (entry.type === 'commit') return ok({ ...shape, submodule_git_url: repositoryApi(world, repository) });
  const bytes = (await readBlob(repository.directory, entry.sha)) ?? Buffer.alloc(0);
  if (/\braw\b/.test(accept)) return raw(bytes);
  if (shape.type === 'symlink') return ok({ ...shape, target: bytes.toString() });
  if (bytes.length > largestInline) return ok({ ...shape, content: '', encoding: 'none' });
  return ok({ ...shape, content: wrappedBase64(bytes), encoding: 'base64' });
}

/** Trees, blobs and contents. */
export const contentRoutes: Route[] = [
  repositoryRoute('GET /git/trees/{tree_sha}', readContents, getTree),
  repositoryRoute('GET /git/blobs/{file_sha}', readContents, getBlob),
  repositoryRoute('GET /contents/{path}', readContents, getContents),
];
