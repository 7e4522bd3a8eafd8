import { git, runGit } from './run.ts';

export type TreeEntry = { path: string; mode: string; type: 'blob' | 'tree' | 'commit'; sha: string; size?: number };

const entryPattern = /^(\d+) (\w+) ([0-9a-f]{40}) +(\S+)\t([\s\S]+)$/;

function parseEntry(line: string): TreeEntry {
  const [, mode = '', type = '', sha = '', size = '', path = ''] = entryPattern.exec(line) ?? [];
  const entry = { path, mode, type: type as TreeEntry['type'], sha };
  return size === '-' ? entry : { ...entry, size: Number(size) };
}

/** The entries of a tree; with `recursive`, its files and folders at any depth. */
export async function listTree(
  directory: string,
  treeish: string,
  { recursive = false, path = '' } = {},
): Promise<TreeEntry[]> {
  const options = recursive ? ['-r', '-t'] : [];
  const output = await git(directory, ['ls-tree', '-z', '-l', '--full-tree', ...options, `${treeish}:${path}`]);
  return output.toString().split('\0').filter(Boolean).map(parseEntry);
}

/** What stands at a path (a file, a folder, a submodule), or undefined. */
export async function findEntry(directory: string, commit: string, path: string): Promise<TreeEntry | undefined> {
  const output = await git(directory, ['ls-tree', '-z', '-l', '--full-tree', commit, '--', `:(literal)${path}`]);
  const [line] = output.toString().split('\0').filter(Boolean);
  return line === undefined ? undefined : parseEntry(line);
}

/** The bytes of a blob, or of `commit:path`; undefined if there is no such blob. */
export async function readBlob(directory: string, blob: string): Promise<Buffer | undefined> {
  const { exitCode, stdout } = await runGit(directory, ['cat-file', 'blob', blob]);
  return exitCode === 0 ? stdout : undefined;
}

/** The SHA of a tree that a commit, a ref or a tree's own SHA means. */
export async function resolveTree(directory: string, treeish: string): Promise<string | undefined> {
  const { exitCode, stdout } = await runGit(directory, ['rev-parse', '--verify', '--quiet', `${treeish}^{tree}`]);
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}

/** A commit's tree as GitHub packs it: tar.gz, everything in one folder. */
export function archive(directory: string, commit: string, folder: string): Promise<Buffer> {
  return git(directory, ['archive', '--format=tar.gz', `--prefix=${folder}/`, commit]);
}
