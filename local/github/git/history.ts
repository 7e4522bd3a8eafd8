import { git, gitText, runGit } from './run.ts';

export type Signature = { name: string; email: string; date: string };
export type CommitRecord = {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
};

const fields = ['%H', '%T', '%P', '%an', '%ae', '%ad', '%cn', '%ce', '%cd', '%B'];
const format = ['--date=format-local:%Y-%m-%dT%H:%M:%SZ', `--format=${fields.map((field) => `${field}%x00`).join('')}`];

function parseCommits(output: string): CommitRecord[] {
  const values = output.split('\0');
  const commits: CommitRecord[] = [];
  for (let at = 0; at + fields.length <= values.length; at += fields.length) {
    const value = (index: number) => values[at + index] ?? '';
    commits.push({
      sha: value(0).trim(),
      tree: value(1),
      parents: value(2).split(' ').filter(Boolean),
      author: { name: value(3), email: value(4), date: value(5) },
      committer: { name: value(6), email: value(7), date: value(8) },
      message: value(9).replace(/\n$/, ''),
    });
  }
  return commits;
}

/** Commits, newest first, as `git log` finds them: `revisions` are its arguments (`a..b`, `--max-count=1`). */
export async function readCommits(directory: string, revisions: string[], path?: string): Promise<CommitRecord[]> {
  const paths = path === undefined ? [] : [`:(literal)${path}`];
  return parseCommits((await git(directory, ['log', ...format, ...revisions, '--', ...paths])).toString());
}

/** @throws GitError if there is no such commit */
export async function readCommit(directory: string, sha: string): Promise<CommitRecord> {
  const [commit] = await readCommits(directory, ['--max-count=1', sha]);
  if (commit === undefined) throw new Error(`commit ${sha} has no record`);
  return commit;
}

export type Divergence = { mergeBase: string | undefined; ahead: number; behind: number };

/** How far two commits have come apart since their merge base. */
export async function divergence(directory: string, base: string, head: string): Promise<Divergence> {
  const [mergeBase, counts] = await Promise.all([
    runGit(directory, ['merge-base', base, head]),
    gitText(directory, ['rev-list', '--left-right', '--count', `${base}...${head}`]),
  ]);
  const [behind = 0, ahead = 0] = counts.split('\t').map(Number);
  return { mergeBase: mergeBase.stdout.toString().trim() || undefined, ahead, behind };
}
