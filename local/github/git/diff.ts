import type { CommitRecord } from './history.ts';
import { git } from './run.ts';

export type FileDiff = {
  path: string;
  previousPath?: string;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  sha: string;
  additions: number;
  deletions: number;
  patch?: string;
};

/** The tree without entries: what a first commit is compared with. git knows it without having it. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const statuses = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', C: 'copied', T: 'changed' } as const;

/** What differs between two commits or trees, file by file, with counts and patches as GitHub gives them. */
export async function diffFiles(directory: string, base: string, head: string): Promise<FileDiff[]> {
  const [raw, patch] = await Promise.all([
    git(directory, ['diff', '--raw', '--numstat', '-z', '-M', '--no-abbrev', base, head]),
    git(directory, ['diff', '--patch', '-M', '--no-color', base, head]),
  ]);
  const tokens = raw.toString().split('\0');
  const files: FileDiff[] = [];
  while (tokens[0]?.startsWith(':')) files.push(takeFile(tokens));
  const patches = patch.toString().split(/^(?=diff --git )/m);
  return files.map((file, index) => ({ ...file, ...takeCounts(tokens), ...hunks(patches[index]) }));
}

function takeFile(tokens: string[]): FileDiff {
  const [, , oldSha = '', newSha = '', letter = ''] = (tokens.shift() ?? '').split(' ');
  const status = statuses[letter.charAt(0) as keyof typeof statuses] ?? 'changed';
  const previous = status === 'renamed' || status === 'copied' ? { previousPath: tokens.shift() ?? '' } : {};
  const path = tokens.shift() ?? '';
  return { path, ...previous, status, sha: status === 'removed' ? oldSha : newSha, additions: 0, deletions: 0 };
}

/** Counts follow the raw entries in the same order; a rename's line has no path, then two tokens with them. */
function takeCounts(tokens: string[]): Pick<FileDiff, 'additions' | 'deletions'> {
  const [additions, deletions, path] = (tokens.shift() ?? '').split('\t');
  if (path === '') tokens.splice(0, 2);
  return { additions: Number(additions) || 0, deletions: Number(deletions) || 0 };
}

function hunks(patch: string | undefined): Pick<FileDiff, 'patch'> {
  const start = patch?.search(/^@@ /m) ?? -1;
  return start < 0 ? {} : { patch: patch?.slice(start).replace(/\n$/, '') ?? '' };
}

export type ChangedPaths = { added: string[]; removed: string[]; modified: string[] };

/** Which paths each commit added, removed and modified, against its first parent; one git process for all. */
export async function changedPaths(directory: string, commits: CommitRecord[]): Promise<Map<string, ChangedPaths>> {
  const input = commits.map(({ sha, parents }) => `${sha} ${parents[0] ?? ''}`.trim()).join('\n');
  const options = ['--stdin', '--root', '-r', '-z', '--name-status', '--no-renames'];
  const tokens = (await git(directory, ['diff-tree', ...options], `${input}\n`)).toString().split('\0');
  const found = new Map<string, ChangedPaths>();
  let paths: ChangedPaths = { added: [], removed: [], modified: [] };
  for (let token = tokens.shift(); token; token = tokens.shift()) {
    if (token.length < 40) paths[kindOf(token)].push(tokens.shift() ?? '');
    else {
      paths = { added: [], removed: [], modified: [] };
      found.set(token.trim().slice(0, 40), paths);
    }
  }
  return found;
}

function kindOf(letter: string): keyof ChangedPaths {
  if (letter === 'A') return 'added';
  return letter === 'D' ? 'removed' : 'modified';
}
