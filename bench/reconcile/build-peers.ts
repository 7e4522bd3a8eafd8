import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, findCached } from '../../local/tools/cache.ts';
import { buildGo, goEnvironment } from '../../local/tools/go-build.ts';
import { currentPlatform, platformName } from '../../local/tools/platform.ts';
import type { Progress } from '../../local/tools/progress.ts';
import { checkRequirements, go } from '../../local/tools/requirements.ts';
import { SetupError } from '../../local/tools/setup-error.ts';

const run = promisify(execFile);

/**
 * Flux's engine as a program (see its `main.go`), built once (some 3 minutes on two cores).
 *
 * @returns its path
 * @throws SetupError if there is no Go, or no network to get its modules
 */
export async function ensureFluxSsa(progress: Progress): Promise<string> {
  const module = join(import.meta.dirname, 'flux-ssa');
  const folder = await built(['go.mod', 'go.sum', 'main.go'], { module, progress }, (draft, say) =>
    buildGo({ module, output: join(draft, 'flux-ssa'), env: process.env, say }),
  );
  return join(folder, 'flux-ssa');
}

/** Of Flux's controller: the program, and a folder with the definitions of its kinds. */
export type KustomizeController = { program: string; definitions: string };

const controller = 'github.com/fluxcd/kustomize-controller';

/** The modules that hold definitions, and the checksums of their content, as go.sum would have them. */
const definitionModules = [
  { module: `${controller}@v1.9.5`, sum: 'h1:/XY2zy3K7fntyppEXIHG7oRMzmfgIt50eJzUfaPX1Kc=' },
  // No package of it is used, so it can't stand in go.mod.
  { module: 'github.com/fluxcd/source-controller@v1.9.5', sum: 'h1:MFPyCodUi9hZIMaKDsC/rYbNoyzpvrAdrPVixj7W9F0=' },
];

/**
 * Flux's kustomize-controller, built once (some 4 minutes on two cores).
 *
 * @throws SetupError if there is no Go, or no network to get its modules
 */
export async function ensureKustomizeController(progress: Progress): Promise<KustomizeController> {
  const module = join(import.meta.dirname, 'flux-kustomize-controller');
  const folder = await built(['go.mod', 'go.sum'], { module, progress }, async (draft, say) => {
    await mkdir(join(draft, 'definitions'));
    for (const each of definitionModules) {
      const sources = await downloadModule(each, module);
      await cp(join(sources, 'config', 'crd', 'bases'), join(draft, 'definitions'), { recursive: true });
    }
    const output = join(draft, 'kustomize-controller');
    await buildGo({ module, package: controller, output, env: process.env, say });
  });
  return { program: join(folder, 'kustomize-controller'), definitions: join(folder, 'definitions') };
}

type Build = { module: string; progress: Progress };

async function built(
  files: readonly string[],
  { module, progress }: Build,
  fill: (draft: string, say: (detail: string) => void) => Promise<void>,
): Promise<string> {
  const name = module.slice(module.lastIndexOf('/') + 1);
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(join(module, file)));
  const key = `${name}-${platformName(currentPlatform())}-${hash.digest('hex').slice(0, 12)}`;
  const entry = { kind: 'bench', key };
  const found = await findCached(entry);
  if (found !== undefined) return found;
  await checkRequirements([go]);
  return cached(entry, (draft) =>
    progress(`Building ${name}, once (some minutes on two cores)`, (say) => fill(draft, say)),
  );
}

type Downloaded = { Dir: string; Sum: string };

/** @returns the folder of its sources, which is not ours to change */
async function downloadModule({ module, sum }: { module: string; sum: string }, cwd: string): Promise<string> {
  const options = { cwd, env: goEnvironment(process.env) };
  const { stdout } = await run('go', ['mod', 'download', '-json', module], options).catch((cause: Error) => {
    throw new SetupError(`${module} could not be downloaded: ${cause.message}`, { cause });
  });
  const { Dir, Sum } = JSON.parse(stdout) as Downloaded;
  if (Sum !== sum) throw new SetupError(`${module} has the checksum ${Sum}, but should have ${sum}: it is not used`);
  return Dir;
}
