import { randomUUID } from 'node:crypto';
import { noObject } from './refs.ts';
import { git, gitText } from './run.ts';

export type Person = { name: string; email: string };
/** `link`: a symbolic link to what the content names. */
export type FileChange = { path: string; content: Buffer | null; mode?: 'link' };
export type NewCommit = {
  parent?: string;
  /** Begins with another tree than the parent's. */
  tree?: string;
  changes: FileChange[];
  message: string;
  author: Person;
  committer?: Person;
};

/**
 * Writes blobs, trees and commit in one `git fast-import`, on no branch yet: whoever calls moves the branch with a
 * compare-and-swap afterwards. Files that exist keep their mode, new ones get 644.
 *
 * @returns the commit's SHA
 */
export async function writeCommit(directory: string, commit: NewCommit, now: Date): Promise<string> {
  const from = commit.tree ?? commit.parent;
  const modes = from === undefined ? new Map<string, string>() : await fileModes(directory, from);
  const stream = importStream(commit, modes, signature(now));
  return gitText(directory, ['fast-import', '--quiet', '--done', '--date-format=raw'], stream);
}

/** Every file of a commit or tree with its mode. */
export async function fileModes(directory: string, commit: string): Promise<Map<string, string>> {
  const lines = (await git(directory, ['ls-tree', '-r', '-z', '--full-tree', commit])).toString().split('\0');
  return new Map(lines.filter(Boolean).map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, 6)]));
}

function importStream(commit: NewCommit, modes: Map<string, string>, sign: (person: Person) => string): Buffer {
  const ref = `refs/incoming/${randomUUID()}`;
  return Buffer.concat([
    Buffer.from(`commit ${ref}\nmark :1\n`),
    Buffer.from(`author ${sign(commit.author)}\ncommitter ${sign(commit.committer ?? commit.author)}\n`),
    data(Buffer.from(commit.message)),
    Buffer.from(commit.parent === undefined ? '' : `from ${commit.parent}\n`),
    Buffer.from(commit.tree === undefined ? '' : `M 040000 ${commit.tree} ""\n`),
    ...commit.changes.flatMap((change) =>
      fileCommand(change, change.mode === 'link' ? '120000' : (modes.get(change.path) ?? '100644')),
    ),
    // Only the objects are wanted: the ref that fast-import insists on is gone before it ends.
    Buffer.from(`get-mark :1\nreset ${ref}\nfrom ${noObject}\n\ndone\n`),
  ]);
}

function fileCommand({ path, content }: FileChange, mode: string): Buffer[] {
  const quoted = `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
  if (content === null) return [Buffer.from(`D ${quoted}\n`)];
  return [Buffer.from(`M ${mode} inline ${quoted}\n`), data(content)];
}

function data(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

/** How git writes a person and a time down. */
export function signature(now: Date): (person: Person) => string {
  const seconds = Math.floor(now.getTime() / 1000);
  return ({ name, email }) => `${name.replace(/[<>\n]/g, '')} <${email.replace(/[<>\n]/g, '')}> ${seconds} +0000`;
}
