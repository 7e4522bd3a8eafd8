// Plain JavaScript, since it runs before anything is installed, on whatever Node the machine has (20 or newer).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wantedMajor = 24;

/**
 * Installs the dependencies of the lock file where they are missing or older than it, then runs a TypeScript file on Node 24:
 * in this process if it is new enough, in a child of the Node that was installed otherwise.
 *
 * @param {string} file relative to the checkout
 */
export async function run(file) {
  installDependencies();
  const path = join(root, file);
  if (majorOf(process.versions.node) >= wantedMajor) await import(pathToFileURL(path).href);
  else runInChild(path);
}

const majorOf = (version) => Number(version.split('.')[0]);

function installDependencies() {
  if (areInstalled()) return;
  console.error('Installing the dependencies of package-lock.json (a minute or two the first time) …');
  const started = Date.now();
  const options = ['--no-audit', '--no-fund', '--fetch-timeout=60000', '--fetch-retries=2'];
  const { status, error } = spawnSync('npm', ['ci', ...options], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(
      error?.code === 'ENOENT'
        ? 'npm is missing: install Node.js 20 or newer with npm.'
        : 'npm ci failed; its words are above.',
    );
    process.exit(1);
  }
  console.error(`Dependencies installed after ${Math.round((Date.now() - started) / 1000)} s`);
}

/** npm writes this file last, so it is there and newer than the lock file exactly when the last installation was whole. */
function areInstalled() {
  const written = join(root, 'node_modules', '.package-lock.json');
  return existsSync(written) && statSync(written).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function runInChild(path) {
  const node = join(root, 'node_modules', 'node', 'bin', 'node');
  const child = spawn(node, [path, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
