import { createHash } from 'node:crypto';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CacheEntry, cached, findCached } from '../tools/cache.ts';
import { buildGo } from '../tools/go-build.ts';
import { platformName } from '../tools/platform.ts';
import { checkRequirements, go } from '../tools/requirements.ts';
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
  await buildGo({ module: sources, output: join(folder, program), linkerFlags: linkerFlags(), env, say });
}

/** Without these the API server would call itself v0.0.0-master, and clients go by its version. */
function linkerFlags(): string[] {
  const [major, minor] = versions.kubernetes.slice(1).split('.');
  const stamps = { gitVersion: versions.kubernetes, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  return Object.entries(stamps).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
}

async function entryOf({ env, platform }: BinariesSettings): Promise<CacheEntry> {
  const hash = createHash('sha256').update(['-s', '-w', ...linkerFlags()].join(' '));
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(sources, file)));
  const key = `built-${versions.kubernetes}-${platformName(platform)}-${hash.digest('hex').slice(0, 12)}`;
  return { kind: 'kubernetes', key, env };
}
