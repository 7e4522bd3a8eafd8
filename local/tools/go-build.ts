import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawnGuarded } from './guarded-process.ts';
import { SetupError } from './setup-error.ts';

export type GoBuild = {
  /** Folder with the `go.mod` and `go.sum` that say what is built. */
  module: string;
  /** Default: the module's own program. */
  package?: string;
  /** File of the program. */
  output: string;
  /** Beside those that make it small. */
  linkerFlags?: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Told each package when it has been compiled, the only sign of life that the toolchain gives. */
  say(detail: string): void;
};

/** @throws SetupError with the last lines of what the toolchain said if the build fails. */
export async function buildGo({ module, package: name = '.', output, linkerFlags = [], env, say }: GoBuild) {
  const flags = ['-s', '-w', ...linkerFlags].join(' ');
  const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', output, name];
  const { child, exited } = spawnGuarded('go', args, { cwd: module, env: goEnvironment(env), output: 'pipe' });
  const lines: string[] = [];
  const said = createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
    lines.push(line);
    say(`${lines.length} steps, ${line}`);
  });
  const [{ code }] = await Promise.all([exited, once(said, 'close')]);
  if (code !== 0) throw new SetupError(`go build failed:\n${lines.slice(-20).join('\n')}`);
}

/** Only what is on this machine and in go.sum may decide what is built. */
export function goEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local', GOWORK: 'off' };
}
