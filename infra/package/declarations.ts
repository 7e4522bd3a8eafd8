import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../project-root.ts';

const run = promisify(execFile);

/** The types of `infra/index.ts` and of all that it speaks of, under `types/`. */
export async function writeDeclarations(folder: string): Promise<void> {
  const outDir = join(folder, 'types');
  const own = mkdtempSync(join(folder, 'declarations-'));
  const project = join(own, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: projectRoot,
    outDir,
    typeRoots: [join(projectRoot, 'node_modules/@types')],
  };
  const settings = {
    extends: join(projectRoot, 'tsconfig.json'),
    compilerOptions,
    files: [join(projectRoot, 'infra/index.ts')],
    include: [],
  };
  writeFileSync(project, JSON.stringify(settings));
  try {
    const compiler = join(projectRoot, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [compiler, '--project', project], { cwd: projectRoot }).catch((cause) => {
      throw new Error(`the types can't be written: ${cause.stdout}`, { cause });
    });
  } finally {
    rmSync(own, { recursive: true });
  }
  for (const file of globSync('**/*.d.ts', { cwd: outDir })) nameModules(join(outDir, file));
}

/** The compiler leaves `./x.ts` as it is, which only we have. */
function nameModules(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]+)\.ts(['"])/g, '$1.js$2'));
}
