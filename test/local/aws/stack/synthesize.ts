import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { TestStack } from './stack.ts';

const functions = fileURLToPath(new URL('./functions/', import.meta.url));

/** A cloud assembly in a temporary folder. */
export type Assembly = { folder: string; remove(): Promise<void> };

/** Bundles the functions as `NodejsFunction` does, and synthesizes the stack `Test`. */
export async function synthesize(): Promise<Assembly> {
  const root = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
  const [bundles, settings, folder] = [join(root, 'bundles'), join(root, 'settings'), join(root, 'cdk.out')];
  await mkdir(settings);
  await writeFile(join(settings, 'settings.json'), '{"colour":"green"}');
  await bundle(bundles);
  const app = new App({ outdir: folder, analyticsReporting: false });
  new TestStack(app, 'Test', { bundles, settings });
  app.synth();
  return { folder, remove: () => rm(root, { recursive: true, force: true }) };
}

async function bundle(target: string): Promise<void> {
  const names = (await readdir(functions)).map((file) => file.replace(/\.ts$/, ''));
  const entryPoints = names.map((name) => ({ in: join(functions, `${name}.ts`), out: `${name}/index` }));
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints,
    outdir: target,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    banner: { js: require },
  });
}
