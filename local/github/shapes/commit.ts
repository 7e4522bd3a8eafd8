import type { FileDiff } from '../git/diff.ts';
import type { CommitRecord } from '../git/history.ts';
import type { TreeEntry } from '../git/tree.ts';
import type { Repository, World } from '../world.ts';
import { accountOfEmail, nodeId } from './common.ts';
import { repositoryApi, repositoryPage } from './repository.ts';

/** Nothing here is signed, and the answer says so. */
const verification = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

function parentShapes(world: World, repository: Repository, commit: CommitRecord, kind: 'commits' | 'git/commits') {
  return commit.parents.map((sha) => ({
    sha,
    url: `${repositoryApi(world, repository)}/${kind}/${sha}`,
    html_url: `${repositoryPage(world, repository)}/commit/${sha}`,
  }));
}

/** A commit with what GitHub adds to it; with `files`, also its statistics and differences. */
export function commitShape(world: World, repository: Repository, commit: CommitRecord, files?: FileDiff[]) {
  const api = repositoryApi(world, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', `${repository.id}:${commit.sha}`),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification,
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${repositoryPage(world, repository)}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: accountOfEmail(world, commit.author.email),
    committer: accountOfEmail(world, commit.committer.email),
    parents: parentShapes(world, repository, commit, 'commits'),
    ...(files && {
      stats: statistics(files),
      files: files.map((file) => fileShape(world, repository, commit.sha, file)),
    }),
  };
}

/** A commit as the Git database holds it. */
export function gitCommitShape(world: World, repository: Repository, commit: CommitRecord) {
  const api = repositoryApi(world, repository);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', `${repository.id}:${commit.sha}`),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${repositoryPage(world, repository)}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: parentShapes(world, repository, commit, 'git/commits'),
    verification,
  };
}

export function statistics(files: FileDiff[]) {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return { total: additions + deletions, additions, deletions };
}

export function fileShape(world: World, repository: Repository, commit: string, file: FileDiff) {
  const path = encodePath(file.path);
  const page = repositoryPage(world, repository);
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${commit}/${path}`,
    raw_url: `${page}/raw/${commit}/${path}`,
    contents_url: `${repositoryApi(world, repository)}/contents/${path}?ref=${commit}`,
    ...(file.patch !== undefined && { patch: file.patch }),
    ...(file.previousPath !== undefined && { previous_filename: file.previousPath }),
  };
}

const kinds = { blob: 'file', tree: 'dir', commit: 'submodule' } as const;

/** A file or folder as `contents` lists it, at a ref. */
export function contentShape(world: World, repository: Repository, ref: string, entry: TreeEntry) {
  const path = encodePath(entry.path);
  const self = `${repositoryApi(world, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = entry.type === 'commit' ? null : `${repositoryApi(world, repository)}/git/${entry.type}s/${entry.sha}`;
  const html = `${repositoryPage(world, repository)}/${entry.type === 'tree' ? 'tree' : 'blob'}/${ref}/${path}`;
  return {
    name: entry.path.slice(entry.path.lastIndexOf('/') + 1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: entry.type === 'blob' ? html.replace('/blob/', '/raw/') : null,
    type: entry.mode === '120000' ? ('symlink' as const) : kinds[entry.type],
    _links: { self, git, html },
  };
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** Base64 in lines of 60 characters, as GitHub sends contents. */
export function wrappedBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/.{1,60}/g, '$&\n');
}
