import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { bundleCli, bundleFunctions, bundleLibrary } from './bundle.ts';
import { writeDeclarations } from './declarations.ts';
import { manifestOf } from './manifest.ts';

/**
 * Makes the published package: the constructs, the functions' bundles and the command as JavaScript, and the constructs' types. TypeScript in
 * `node_modules` is nothing that Node runs, and whoever uses the library should need neither our sources nor esbuild.
 *
 * @param folder that the package is written to; what it held is gone then
 */
export async function buildPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await bundleFunctions(folder);
  const imported = [...(await bundleLibrary(folder)), ...(await bundleCli(folder))];
  await writeDeclarations(folder);
  cpSync(join(projectRoot, 'README.md'), join(folder, 'README.md'));
  const root = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifestOf(root, imported), undefined, 2)}\n`);
}
