import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { bundle, bundling } from '../function-code.ts';
import { projectRoot } from '../project-root.ts';

const options = {
  absWorkingDir: projectRoot,
  bundle: true,
  platform: 'node',
  format: 'esm',
  mainFields: bundling.mainFields,
  banner: { js: bundling.banner },
  logLevel: 'warning',
} satisfies BuildOptions;

/** What a consumer installs: what must be there only once, what holds programs, and what the types speak of. */
const external = ['aws-cdk-lib', 'constructs', '@aws-cdk/lambda-layer-kubectl-v36', 'zod'];

/** Each function as the ready app would bundle it. */
export async function bundleFunctions(folder: string): Promise<void> {
  for (const name of readdirSync(join(projectRoot, 'functions')))
    await build({
      ...options,
      entryPoints: [join('functions', name, 'handler.ts')],
      outfile: join(folder, 'functions', name, bundle),
      target: bundling.target,
      minify: bundling.minify,
      keepNames: bundling.keepNames,
    });
}

/** @returns the packages that it imports */
export const bundleLibrary = (folder: string): Promise<string[]> =>
  bundleWithout(external, { entryPoints: ['infra/index.ts'], outfile: join(folder, 'infra/index.js') });

/** @returns the packages that it imports */
export async function bundleCli(folder: string): Promise<string[]> {
  await build({
    ...options,
    entryPoints: [guardian],
    outfile: join(folder, 'cli/guardian-process.js'),
    target: 'node22',
  });
  return bundleWithout(external, {
    entryPoints: ['cli/main.ts'],
    outfile: join(folder, 'cli/plumbline.js'),
    banner: { js: `#!/usr/bin/env node\n${bundling.banner}` },
    plugins: [besideGuardian],
  });
}

const guardian = 'local/tools/guardian-process.ts';

/** What ends the programs that the command started, if it is killed itself, is a script of its own beside it. */
const besideGuardian: Plugin = {
  name: 'guardian',
  setup: ({ onLoad }) =>
    onLoad({ filter: /local\/tools\/guardian\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace('guardian-process.ts', 'guardian-process.js'),
      loader: 'ts',
    })),
};

async function bundleWithout(left: string[], more: BuildOptions): Promise<string[]> {
  const { metafile } = await build({ ...options, external: left, target: 'node22', metafile: true, ...more });
  const paths = Object.values(metafile?.outputs ?? {}).flatMap(({ imports }) => imports.map(({ path }) => path));
  return left.filter((name) => paths.some((path) => path === name || path.startsWith(`${name}/`)));
}
