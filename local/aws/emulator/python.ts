import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, findCached } from '../../tools/cache.ts';
import { type Progress, silently } from '../../tools/progress.ts';
import { SetupError } from '../../tools/setup-error.ts';

const run = promisify(execFile);

const candidates = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

const describeProgram = `import json, sys
try:
    import ensurepip, venv
    complete = True
except ImportError:
    complete = False
version = list(sys.version_info[:3])
print(json.dumps({"path": sys.executable, "version": version, "complete": complete}))`;

/** A Python interpreter; `complete` when it can make virtual environments. */
type Python = { path: string; version: [major: number, minor: number, patch: number]; complete: boolean };

/**
 * The first Python on the PATH that is new enough for the emulator and cfn-lint and can make a virtual environment.
 *
 * @throws SetupError when there is none: what was found instead, and what to install.
 */
export async function findPython(commands: readonly string[] = candidates): Promise<Python> {
  const found: string[] = [];
  for (const command of commands) {
    const python = await describe(command);
    if (python && isRecent(python) && python.complete) return python;
    if (python) found.push(`${python.path} ${python.version.join('.')}${python.complete ? '' : ' without venv'}`);
  }
  throw new SetupError(
    `The local tools need Python 3.10 or later with its venv module; found: ${found.join(', ') || 'none'}. ` +
      'Install it (Debian and Ubuntu: apt install python3 python3-venv; macOS: brew install python).',
  );
}

async function describe(command: string): Promise<Python | undefined> {
  try {
    const { stdout } = await run(command, ['-c', describeProgram], { timeout: 15_000 });
    return JSON.parse(stdout) as Python;
  } catch {
    return undefined;
  }
}

function isRecent({ version: [major, minor] }: Python): boolean {
  return major === 3 && minor >= 10;
}

/** What is installed. */
export type Installation = {
  /** As messages call it: `the AWS emulator`. */
  name: string;
  /** File with every package that it needs, each pinned: what a package asks for beside them is not installed. */
  requirements: string;
  progress?: Progress;
};

/**
 * The interpreter of a virtual environment that has the pinned requirements: installed once, kept in the cache folder
 * under a hash of the requirements, of Python's version and of its place.
 *
 * A virtual environment's scripts hold the absolute path of where it was made, and it is made beside its place; only
 * its interpreter is ever called, which finds its packages from wherever it is.
 *
 * @throws SetupError when there is no fit Python, or the packages can't be had.
 */
export async function ensurePython({ name, requirements, progress = silently }: Installation): Promise<string> {
  const python = await findPython();
  const entry = { kind: 'python', key: keyOf(python, await readFile(requirements, 'utf8')) };
  const found = await findCached(entry);
  const folder =
    found ??
    (await progress(`Installing ${name}`, () =>
      cached(entry, (draft) => install(python, draft, { name, requirements })),
    ));
  return interpreter(folder);
}

function keyOf({ path, version }: Python, requirements: string): string {
  return createHash('sha256')
    .update([path, version.join('.'), requirements].join('\n'))
    .digest('hex')
    .slice(0, 16);
}

const interpreter = (environment: string): string => join(environment, 'bin', 'python');

const pipOptions = ['--no-deps', '--no-input', '--disable-pip-version-check', '--quiet', '--timeout=15', '--retries=3'];

async function install(python: Python, folder: string, { name, requirements }: Installation): Promise<void> {
  try {
    await run(python.path, ['-m', 'venv', folder], { timeout: 120_000 });
    await run(interpreter(folder), ['-m', 'pip', 'install', ...pipOptions, '-r', requirements], { timeout: 600_000 });
    await rm(join(folder, 'bin', 'activate'), { force: true });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim() || String(cause);
    throw new SetupError(`${name} could not be installed: ${said}`, { cause });
  }
}
