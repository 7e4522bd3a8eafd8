import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import semver from 'semver';
import { SetupError } from './setup-error.ts';

/** A program that has to be on the PATH, and how to get it. */
export type Requirement = {
  name: string;
  /** Prints the version, somewhere. */
  command: readonly [program: string, ...args: string[]];
  /** Any version will do if left out. */
  atLeast?: string;
  /** The sentence that follows when it is missing. */
  remedy: string;
};

export const git: Requirement = {
  name: 'git',
  command: ['git', '--version'],
  atLeast: '2.30.0',
  remedy: 'Install Git 2.30 or later: https://git-scm.com/downloads',
};

export const go: Requirement = {
  name: 'go',
  // The toolchain that is there, never one that `go` would fetch.
  command: ['env', 'GOTOOLCHAIN=local', 'go', 'version'],
  atLeast: '1.26.0',
  remedy: 'Install Go 1.26 or later: https://go.dev/dl/',
};

export const node: Requirement = {
  name: 'node',
  command: [process.execPath, '--version'],
  atLeast: '24.0.0',
  remedy: 'Run `npm ci`, which brings Node 24, and start Plumbline through npm scripts',
};

export const python: Requirement = {
  name: 'python3',
  command: ['python3', '--version'],
  atLeast: '3.10.0',
  remedy: 'Install Python 3.10 or later with its venv module (Debian and Ubuntu: python3-venv)',
};

/**
 * Checks that all of these are on the PATH and new enough.
 *
 * @throws SetupError that names every one that is not, what was found, and how to get it.
 */
export async function checkRequirements(
  requirements: readonly Requirement[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const shortcomings = await Promise.all(requirements.map((requirement) => shortcoming(requirement, env)));
  const lines = shortcomings.filter((line) => line !== undefined);
  if (lines.length > 0) throw new SetupError(lines.join('\n'));
}

async function shortcoming(requirement: Requirement, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { name, atLeast, remedy } = requirement;
  const version = await findVersion(requirement, env);
  if (version === undefined) return `${name} is not installed, or does not run. ${remedy}.`;
  if (atLeast === undefined || semver.gte(version, atLeast)) return undefined;
  return `${name} ${version} is too old: ${atLeast} or later is needed. ${remedy}.`;
}

async function findVersion({ command }: Requirement, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const [program, ...args] = command;
  const run = promisify(execFile)(program, args, { env, timeout: 20_000 });
  const output = await run.then(
    ({ stdout, stderr }) => `${stdout}${stderr}`,
    () => undefined,
  );
  return output === undefined ? undefined : (semver.coerce(output)?.version ?? '0.0.0');
}
