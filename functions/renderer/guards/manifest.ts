import type { Problem } from '../../../shared/problem.ts';
import { isLfsPointer } from '../../../shared/tree/lfs.ts';
import { inMegabytes } from '../../../shared/tree/limits.ts';
import { isUnder, type Tree } from '../../../shared/tree/tree.ts';
import { type Inspection, inspectYaml } from './inspect-yaml.ts';

/** The largest file of manifests: over 5 MB are all custom resource definitions of a large operator in one file. */
const maximumBytes = 10 * 1024 * 1024;

/** A file that a renderer will read as YAML or JSON: its text, or why no renderer may see it. */
export type Manifest = ReadableManifest | RefusedManifest;
export type ReadableManifest = { file: string; text: string; duplicates: Problem[] };
export type RefusedManifest = { file: string; problem: Problem };

/** Reads one file of manifests from a tree, guarded: it is there, whole, UTF-8, and does no harm to whoever parses it. */
export function readManifest(tree: Tree, file: string): Manifest {
  const bytes = tree.files.get(file);
  if (bytes === undefined) return { file, problem: { file, message: whyMissing(tree, file) } };
  if (isLfsPointer(bytes)) return { file, problem: { file, message: lfsPointer } };
  if (bytes.length > maximumBytes) return { file, problem: { file, line: 1, message: tooLarge(bytes.length) } };
  const text = decode(bytes);
  return text === undefined ? { file, problem: { file, message: notUtf8 } } : guardManifest(file, text);
}

/** The same for text that didn't come from a file: `file` is what to blame. */
export function guardManifest(file: string, text: string): Manifest {
  const { fault, duplicates }: Inspection = inspectYaml(text);
  if (fault !== undefined) return { file, problem: { file, ...fault } };
  return { file, text, duplicates: duplicates.map((finding) => ({ file, ...finding })) };
}

export const isRefused = (manifest: Manifest): manifest is RefusedManifest => 'problem' in manifest;

function whyMissing({ refused }: Tree, file: string): string {
  const reason = [...refused].find(([path]) => isUnder(file, path));
  return reason?.[1] ?? 'is not in the repository at this revision';
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const lfsPointer =
  "is a Git LFS pointer, and a repository's archive leaves the content out: keep manifests out of Git LFS";
const notUtf8 = 'is not UTF-8 text; save it as UTF-8';
const tooLarge = (bytes: number) =>
  `is ${inMegabytes(bytes)} large; at most ${inMegabytes(maximumBytes)} of manifests are read from one file: split it`;
