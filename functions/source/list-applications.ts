import { posix } from 'node:path';
import type { Environment, EnvironmentApplication } from '../../shared/config/environment.ts';
import { hasFolder, type Tree } from '../../shared/tree/tree.ts';
import { foldersMatching } from './find-folders.ts';

/** An application as it was found: listed, or a folder that nobody has said anything about. `path` is relative to the environment's folder. */
export type Listed = { name: string; application: EnvironmentApplication };

/** What is wrong at a place in `environment.yaml`. */
export type Mistake = { path: PropertyKey[]; message: string };

export type Listing = { listed: Listed[]; mistakes: Mistake[] };

type Where = { name: string; path: string; config: Environment; tree: Tree };

const folderOfApplications = 'applications';

/**
 * The applications of an environment: those of its list, and each folder that matches a pattern and isn't in the list. Without either, every
 * folder under `applications/`, or else the whole folder as one application that bears the environment's name.
 */
export function listApplications(where: Where): Listing {
  const { applications, folders } = where.config;
  if (applications === undefined && folders === undefined) return { listed: byDefault(where), mistakes: [] };
  const listed = Object.entries(applications ?? {}).map(([name, application]) => ({ name, application }));
  const known = new Set(listed.map(({ application: { path } }) => path && posix.normalize(path)));
  const found = (folders ?? []).map((pattern) => matches(where, pattern));
  const mistakes = found.flatMap((each, index) => (each.length > 0 ? [] : [noMatch(index)]));
  const unlisted = [...new Set(found.flat())].filter((folder) => !known.has(folder)).map(asFolder);
  const all = [...listed, ...unlisted];
  return { listed: all, mistakes: [...mistakes, ...clashes(all)] };
}

export const nothingFound = ({ path }: Pick<Where, 'path'>) =>
  `no application was found in ${path === '.' ? 'the repository' : `"${path}"`}: expected a folder under "${folderOfApplications}/", manifests, or a list in environment.yaml. Nothing was deleted.`;

function byDefault(where: Where): Listed[] {
  const { name, path, tree } = where;
  const folders = matches(where, `${folderOfApplications}/*`);
  if (folders.length > 0) return folders.map(asFolder);
  return hasFolder(tree, path) ? [{ name, application: unset('.') }] : [];
}

const matches = ({ path, tree }: Where, pattern: string): string[] =>
  foldersMatching(tree, posix.join(path, pattern)).map((folder) => posix.relative(path, folder));

const asFolder = (path: string): Listed => ({ name: posix.basename(path), application: unset(path) });

const unset = (path: string): EnvironmentApplication => ({ path, values: [], dependsOn: [] });

const noMatch = (index: number): Mistake => ({
  path: ['folders', index],
  message: 'must match a folder with files in this revision; it matches none',
});

/** One name for two folders, and a folder whose name a listed application has. */
function clashes(all: readonly Listed[]): Mistake[] {
  return [...Map.groupBy(all, ({ name }) => name)].flatMap(([name, [first, ...others]]) =>
    others.map((other) => ({
      path: ['folders'],
      message: `"${name}" would be two applications, "${pathOf(first)}" and "${pathOf(other)}"; name one of them in "applications" with its path`,
    })),
  );
}

const pathOf = (listed: Listed | undefined) => listed?.application.path ?? listed?.application.chart?.name;
