import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SetupError } from '../../tools/setup-error.ts';
import type { Resources } from './references.ts';

export type Template = {
  Resources: Resources;
  Parameters?: Readonly<Record<string, { Type: string; Default?: unknown }>>;
  Mappings?: Readonly<Record<string, Record<string, Record<string, unknown>>>>;
  Conditions?: Readonly<Record<string, unknown>>;
  Outputs?: Readonly<Record<string, { Value: unknown; Condition?: string }>>;
};

/** A stack as `cdk synth` wrote it. */
export type SynthesizedStack = {
  name: string;
  template: Template;
  /** Path of a file asset, a folder or a zip file, by its hash. */
  assets: Readonly<Record<string, string>>;
};

type Artifact = { type: string; displayName?: string; properties?: { templateFile?: string; stackName?: string } };
type AssetManifest = { files?: Record<string, { source: { path?: string } }> };

async function readJson<T>(file: string): Promise<T> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SetupError(`${file} is missing. Run \`npx cdk synth\` first.`, { cause });
  });
  return JSON.parse(text) as T;
}

/**
 * Reads the stacks of a cloud assembly.
 *
 * @param folder `cdk.out`.
 * @param names of the stacks; default: all.
 * @throws SetupError when the folder has no assembly, or a stack of that name is missing.
 */
export async function readAssembly(folder: string, names?: readonly string[]): Promise<SynthesizedStack[]> {
  const manifest = await readJson<{ artifacts?: Record<string, Artifact> }>(join(folder, 'manifest.json'));
  const stacks = Object.entries(manifest.artifacts ?? {}).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const found = await Promise.all(stacks.map(([id, artifact]) => readStack(folder, id, artifact)));
  const missing = names?.find((name) => !found.some((stack) => stack.name === name));
  if (missing !== undefined) {
    throw new SetupError(`${folder} has no stack ${missing}; it has ${found.map(({ name }) => name).join(', ')}`);
  }
  return names ? found.filter(({ name }) => names.includes(name)) : found;
}

async function readStack(folder: string, id: string, { properties }: Artifact): Promise<SynthesizedStack> {
  const template = await readJson<Template>(join(folder, properties?.templateFile ?? `${id}.template.json`));
  const { files = {} } = await readJson<AssetManifest>(join(folder, `${id}.assets.json`)).catch(
    (): AssetManifest => ({}),
  );
  const paths = Object.entries(files).flatMap(([hash, { source }]) =>
    source.path ? [[hash, resolve(folder, source.path)]] : [],
  );
  return { name: properties?.stackName ?? id, template, assets: Object.fromEntries(paths) };
}
