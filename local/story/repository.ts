import type { Dirent } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { GitHubStandIn } from '../github/start.ts';
import { repository, repositoryName } from '../stack/settings.ts';
import { application } from './expectations.ts';

const example = join(import.meta.dirname, '../../examples/example-environment');
const production = '# Production gets its versions by promotion: no image is updated here.\nimages: []\n';

const source = { owner: 'example-org', name: application };
/** The application's own repository, where its images are built from. */
export const sourceRepository = `${source.owner}/${source.name}`;

/** The repositories as the story finds them: the example on both branches, but that production updates no image by itself, and the application. */
export async function createRepositories(github: GitHubStandIn): Promise<void> {
  await github.createRepository({ ...repository, files: await filesIn(example), branches: ['staging', 'production'] });
  const files = { 'environment.yaml': production };
  const message = 'Promote by pull request only';
  await github.commit({ repository: repositoryName, branch: 'production', files, message });
  await github.createRepository({ ...source, files: { 'main.go': Buffer.from('package main\n') } });
}

/** Every file below a folder, by its path with `/`, without `.git`. */
export async function filesIn(folder: string): Promise<Record<string, Buffer>> {
  const files = await pathsIn(folder, (entry) => entry.isFile());
  return Object.fromEntries(await Promise.all(files.map(async (path) => [path, await readFile(join(folder, path))])));
}

/** Every symbolic link below a folder in the same way, with what it leads to. */
export async function linksIn(folder: string): Promise<Record<string, string>> {
  const links = await pathsIn(folder, (entry) => entry.isSymbolicLink());
  return Object.fromEntries(await Promise.all(links.map(async (path) => [path, await readlink(join(folder, path))])));
}

async function pathsIn(folder: string, isWanted: (entry: Dirent) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const wanted = entries.filter(isWanted).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return wanted.map((path) => path.split('\\').join('/')).filter((path) => !path.split('/').includes('.git'));
}
