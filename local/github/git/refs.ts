import { appendFile, mkdir } from 'node:fs/promises';
import { git, gitText, runGit } from './run.ts';

/** What git writes where there is no object: before a ref's creation, after its deletion. */
export const noObject = '0'.repeat(40);

export type RefChange = { ref: string; before: string; after: string };

/** Somebody else moved the ref between reading and writing it. */
export class RefMovedError extends Error {}

const configuration = `
[http]
	receivepack = true
[receive]
	autogc = false
	hideRefs = refs/pull
[uploadpack]
	allowAnySHA1InWant = true
[gc]
	auto = 0
`;

/** Creates an empty bare repository whose `HEAD` is `defaultBranch`. It never starts a process of its own (gc). */
export async function initBare(directory: string, defaultBranch: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await git(directory, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`]);
  await appendFile(`${directory}/config`, configuration);
}

/** Branches and tags, each with its object. */
export async function readRefs(
  directory: string,
  prefixes = ['refs/heads/', 'refs/tags/'],
): Promise<Map<string, string>> {
  const lines = await gitText(directory, ['for-each-ref', '--format=%(refname) %(objectname)', ...prefixes]);
  return new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as [string, string]),
  );
}

/** The refs that differ between two readings. */
export function compareRefs(before: Map<string, string>, after: Map<string, string>): RefChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((ref) => ({ ref, before: before.get(ref) ?? noObject, after: after.get(ref) ?? noObject }))
    .filter((change) => change.before !== change.after);
}

/** Whether git takes it as a ref's name (and nothing in it is a revision expression). */
export function isRefName(name: string): boolean {
  return !/^-|\.\.|@\{|\/\/|[\s~^:?*[\\\p{Cc}]|\/$|\.lock$|^\/|^$/u.test(name);
}

/**
 * The commit that a branch, tag, full ref name or (abbreviated) SHA means, in GitHub's order.
 *
 * @returns undefined if there is no such commit
 */
export async function resolveCommit(directory: string, ref: string): Promise<string | undefined> {
  if (!isRefName(ref)) return undefined;
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`];
  if (/^(heads|tags|pull)\//.test(ref)) names.unshift(`refs/${ref}`);
  if (ref.startsWith('refs/') || ref === 'HEAD' || /^[0-9a-f]{4,40}$/.test(ref)) names.unshift(ref);
  const input = names.map((name) => `${name}^{commit}\n`).join('');
  const found = await gitText(directory, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], input);
  return /^([0-9a-f]{40}) commit$/m.exec(found)?.[1];
}

/**
 * Creates, moves or deletes a ref, if it still is where `change.before` says.
 *
 * @throws RefMovedError if it isn't
 */
export async function updateRef(directory: string, { ref, before, after }: RefChange): Promise<void> {
  const result = await runGit(directory, ['update-ref', ref, after, before]);
  if (result.exitCode !== 0) throw new RefMovedError(result.stderr.trim());
}

export async function isAncestor(directory: string, ancestor: string, descendant: string): Promise<boolean> {
  return (await runGit(directory, ['merge-base', '--is-ancestor', ancestor, descendant])).exitCode === 0;
}
