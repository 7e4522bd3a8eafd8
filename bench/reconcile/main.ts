import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { versions } from '../../local/kubernetes/versions.ts';
import { createProgress, elapsed } from '../../local/tools/progress.ts';
import { checkRequirements, git, python } from '../../local/tools/requirements.ts';
import { SetupError } from '../../local/tools/setup-error.ts';
import { formatAims, judgeAims } from './aims.ts';
import { ensureFluxSsa, ensureKustomizeController } from './build-peers.ts';
import type { EngineResult } from './engine/measure.ts';
import { measureEngines } from './engine/run.ts';
import { buildBundle } from './function/bundle.ts';
import { parseOptions } from './options.ts';
import { formatEngines, formatWhole } from './report.ts';
import type { WholeResult } from './whole/results.ts';
import { measureWhole } from './whole/run.ts';

const progress = createProgress();
const skipped: string[] = [];

/** A peer that can't be had leaves the rest to be measured, but not in silence. */
async function orSkip<Peer>(name: string, peer: Promise<Peer>): Promise<Peer | undefined> {
  try {
    return await peer;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    skipped.push(`${name} is skipped, and nothing is compared with it: ${error.message}`);
    console.error(`! ${skipped.at(-1)}`);
    return undefined;
  }
}

/** `npm run bench:reconcile`: see `options.ts`. The exit code is 0 only if everything that was asked for was measured. */
async function main(): Promise<number> {
  const started = Date.now();
  const options = parseOptions(process.argv.slice(2));
  const { only, json, repeats, objects, applications } = options;
  const [withEngine, withWhole] = [only !== 'whole', only !== 'engine'];
  if (withWhole) await checkRequirements([git, python]);
  const fluxSsa = withEngine ? await orSkip("Flux's engine", ensureFluxSsa(progress)) : undefined;
  const controller = withWhole
    ? await orSkip("Flux's kustomize-controller", ensureKustomizeController(progress))
    : undefined;
  const bundle = await buildBundle(progress);
  const machine = { processors: cpus().length, model: cpus()[0]?.model, node: process.version, ...versions };
  const [engine, whole]: [EngineResult[], WholeResult[]] = [[], []];
  const save = async () => {
    const aims = judgeAims(engine, bundle.bytes);
    const results = { machine, repeats, bundleBytes: bundle.bytes, engine, whole, aims, skipped };
    if (json !== undefined) await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
  };
  if (withEngine)
    for await (const results of measureEngines({ sizes: objects, repeats, bundle, fluxSsa, progress })) {
      engine.push(...results);
      console.log(`\n${formatEngines(results)}`);
      await save();
    }
  if (withWhole)
    for await (const results of measureWhole({ counts: applications, repeats, bundle, controller, progress })) {
      whole.push(...results);
      console.log(`\n${formatWhole(results)}`);
      await save();
    }
  await bundle.remove();
  console.log(`\nAims, in this run\n${formatAims(judgeAims(engine, bundle.bytes))}`);
  for (const message of skipped) console.log(`\n✗ ${message}`);
  console.log(`\nDone after ${elapsed(Date.now() - started)}.`);
  return skipped.length === 0 ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(1);
}
