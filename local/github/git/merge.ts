import { type Person, signature } from './commit.ts';
import { gitText, runGit } from './run.ts';

export type MergeSides = {
  base: string;
  head: string;
  message: string;
  author: Person;
  /** One parent instead of two: the head's changes as a single commit. Default: false. */
  squash?: boolean;
};

/** The committer of what is made on GitHub's side. */
export const gitHubCommitter: Person = { name: 'GitHub', email: 'noreply@github.com' };

/** Merges without a worktree, into a commit on no branch yet; null if the two sides conflict. */
export async function writeMerge(directory: string, sides: MergeSides, now: Date): Promise<string | null> {
  const { base, head, message, author, squash = false } = sides;
  const merged = await runGit(directory, ['merge-tree', '--write-tree', '--no-messages', base, head]);
  if (merged.exitCode !== 0) return null;
  const parents = squash ? [base] : [base, head];
  const tree = merged.stdout.toString().slice(0, 40);
  return writeTreeCommit(directory, { tree, parents, message, author, committer: gitHubCommitter }, now);
}

type TreeCommit = { tree: string; parents: string[]; message: string; author: Person; committer: Person };

/** A commit of a tree that is there already, on no branch yet. */
export function writeTreeCommit(directory: string, commit: TreeCommit, now: Date): Promise<string> {
  const { tree, parents, message, author, committer } = commit;
  const sign = signature(now);
  const headers = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`)];
  const people = [`author ${sign(author)}`, `committer ${sign(committer)}`];
  const content = [...headers, ...people, '', message.trimEnd(), ''].join('\n');
  return gitText(directory, ['hash-object', '-t', 'commit', '-w', '--stdin'], content);
}
