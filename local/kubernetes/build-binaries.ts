import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type CacheEntry, cached, findCached } from '../tools/cache.ts';
import { spawnGuarded } from '../tools/guarded-process.ts';
import { platformName } from '../tools/platform.ts';
import { checkRequirements, go } from '../tools/requirements.ts';
import { SetupError } from '../tools/setup-error.ts';
import type { BinariesSettings } from './binaries.ts';
import { binariesIn } from './download-binaries.ts';
import { type Binaries, components, versions } from './versions.ts';

const sources = fileURLToPath(new URL('./build', import.meta.url));
const program = 'control-plane';

/** The programs that an earlier run built from the same sources. */
export async function findBuilt(settings: BinariesSettings): Promise<Binaries | undefined> {
  const folder = await findCached(await entryOf(settings));
  return folder === undefined ? undefined : binariesIn(folder);
}

/**
 * Builds one program from the components' Go modules, which runs as whichever of them it is called.
 *
 * @throws SetupError if Go is missing, or with the last lines of what it said if the build fails.
 */
export async function buildBinaries(settings: BinariesSettings): Promise<Binaries> {
  await checkRequirements([go], settings.env);
  const folder = await cached(await entryOf(settings), (draft) =>
    settings.progress('Building Kubernetes from its Go modules, once (some 6 minutes on 2 cores)', async (say) => {
      await compile(draft, settings.env, say);
      await Promise.all(components.map((component) => symlink(program, join(draft, component))));
    }),
  );
  return binariesIn(folder);
}

async function compile(folder: string, env: NodeJS.ProcessEnv, say: (detail: string) => void): Promise<void> {
  // `-v` names each package when it has been compiled, the only sign of life that the toolchain gives.
  const args = [
    'build',
    '-v',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    linkerFlags(),
    '-o',
    join(folder, program),
    '.',
  ];
  const { child, exited } = spawnGuarded('go', args, { cwd: sources, env: buildEnvironment(env), output: 'pipe' });
  const lines: string[] = [];
  const said = createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
    lines.push(line);
    say(`${lines.length} steps, ${line}`);
  });
  const [{ code }] = await Promise.all([exited, once(said, 'close')]);
  if (code !== 0) throw new SetupError(`go build failed:\n${lines.slice(-20).join('\n')}`);
}

/** Only what is on this machine and in go.sum may decide what is built. */
function buildEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local', GOWORK: 'off' };
}

/** Without these the API server would call itself v0.0.0-master, and clients go by its version. */
function linkerFlags(): string {
  const [major, minor] = versions.kubernetes.slice(1).split('.');
  const stamps = { gitVersion: versions.kubernetes, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const variables = Object.entries(stamps).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...variables].join(' ');
}

async function entryOf({ env, platform }: BinariesSettings): Promise<CacheEntry> {
  const hash = createHash('sha256').update(linkerFlags());
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(sources, file)));
  const key = `built-${versions.kubernetes}-${platformName(platform)}-${hash.digest('hex').slice(0, 12)}`;
  return { kind: 'kubernetes', key, env };
}
