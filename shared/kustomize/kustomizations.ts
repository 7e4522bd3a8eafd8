import { posix } from 'node:path';
import type { Tree } from '../tree/tree.ts';

/** Of several, kustomize takes the first, and complains. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** The paths of a folder's kustomizations: one at most, unless somebody has made a mistake. */
export const kustomizationsIn = ({ files }: Tree, folder: string): string[] =>
  kustomizationNames.map((name) => posix.join(folder, name)).filter((path) => files.has(path));
