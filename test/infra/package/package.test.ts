import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from '../../../infra/package/build-package.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'plumbline-package-'));
const consumer = join(folder, 'consumer');
const installed = join(consumer, 'node_modules/plumbline');
const minutes = 60_000;
/** What a consumer has beside the package: no credentials, no region, no home of npm. */
const env = { PATH: process.env.PATH, HOME: folder };

/** Packs what was built, and unpacks it as npm installs it: what it needs comes from the checkout. */
beforeAll(async () => {
  await buildPackage(join(folder, 'built'));
  const { stdout } = await run('npm', ['pack', join(folder, 'built'), '--json', '--offline'], { cwd: folder, env });
  const [{ filename }] = JSON.parse(stdout);
  await run('tar', ['-xzf', filename], { cwd: folder });
  mkdirSync(dirname(installed), { recursive: true });
  cpSync(join(folder, 'package'), installed, { recursive: true });
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), '@types/node']) {
    mkdirSync(dirname(join(consumer, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(consumer, 'node_modules', name));
  }
  cpSync(join(import.meta.dirname, 'consumer'), consumer, { recursive: true });
  cpSync(join(root, 'examples/two-clusters/deployer.yaml'), join(consumer, 'deployer.yaml'));
}, 10 * minutes);
afterAll(() => rmSync(folder, { recursive: true }));

describe('the published package', () => {
  it('holds JavaScript and types, and no sources, source maps, tests or local stack', () => {
    const files = globSync('**/*', { cwd: installed, withFileTypes: true }).filter((file) => file.isFile());
    const names = files.map((file) => join(file.parentPath, file.name).slice(installed.length + 1));
    const other = names.filter((name) => !/\.(?:mjs|js|d\.ts)$/.test(name));
    expect(other.sort()).toEqual(['README.md', 'package.json']);
    expect(names.filter((name) => /^(?:test|local|bench|types\/(?:test|local|functions))\b/.test(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith('functions/'))).toHaveLength(7);
    const text = names.filter((name) => name.endsWith('js')).map((name) => readFileSync(join(installed, name), 'utf8'));
    expect(text.filter((one) => /^\/\/# sourceMappingURL=/m.test(one))).toEqual([]);
  });

  it('needs the CDK of whoever uses it, and little else', () => {
    const { peerDependencies, dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(Object.keys(dependencies)).toEqual(['@aws-cdk/lambda-layer-kubectl-v36', 'zod']);
  });

  it(
    'brings the command, which needs no checkout',
    async () => {
      const command = [join(installed, 'cli/plumbline.js'), 'rbac', '--cluster', 'production'];
      const { stdout } = await run(process.execPath, command, { cwd: consumer, env });
      expect(stdout).toContain('name: plumbline-system');
    },
    2 * minutes,
  );
});

describe('an app that uses it', () => {
  it(
    'is type-checked: what it may say, and what it may not',
    async () => {
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      await run(process.execPath, [compiler, '--project', consumer], { cwd: consumer, env });
    },
    5 * minutes,
  );

  it(
    'is synthesized without credentials, esbuild and our sources, with the functions’ code in it',
    async () => {
      const out = join(consumer, 'cdk.out');
      await run(process.execPath, ['app.ts'], { cwd: consumer, env: { ...env, CDK_OUTDIR: out } });
      const functionsIn = (stack: string) => {
        const { Resources } = JSON.parse(readFileSync(join(out, `${stack}.template.json`), 'utf8'));
        const all = Object.values(
          Resources as Record<string, { Type: string; Properties: { Code?: { S3Key: string } } }>,
        );
        return all.filter(({ Type }) => Type === 'AWS::Lambda::Function');
      };
      expect([functionsIn('Home').length, functionsIn('Production').length]).toEqual([7, 1]);
      for (const { Properties } of [...functionsIn('Home'), ...functionsIn('Production')]) {
        const asset = `asset.${Properties.Code?.S3Key.replace('.zip', '')}`;
        const code = readFileSync(join(out, asset, 'index.mjs'), 'utf8');
        expect(code).toContain('handler');
      }
    },
    5 * minutes,
  );

  it(
    'is told what is wrong with its configuration',
    async () => {
      writeFileSync(join(consumer, 'deployer.yaml'), 'github: {}\n');
      const synthesis = run(process.execPath, ['app.ts'], { cwd: consumer, env });
      await expect(synthesis).rejects.toThrow('deployer.yaml:1: github.apps: ');
    },
    2 * minutes,
  );
});
