import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Alerts } from '../../infra/alerts.ts';
import { NodeFunction } from '../../infra/node-function.ts';
import { functions } from './template.ts';

/** CDK's own linter of templates takes two seconds. */
vi.stubEnv('CDK_VALIDATION', 'false');

const names = [...new Set(Object.values(functions))];
const outdir = mkdtempSync(join(tmpdir(), 'plumbline-bundle-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** The folder that Lambda is given, by the function's name. */
let folders = new Map<string, string>();
beforeAll(() => {
  folders = bundle();
}, 600_000);

function bundle(): Map<string, string> {
  const settings = { description: 'as it is deployed', timeout: Duration.minutes(2), memorySize: 1024 };
  const app = new App({ analyticsReporting: false, outdir });
  const made = names.map((name) => {
    const stack = new Stack(app, name);
    const fn = new NodeFunction(stack, { name, alerts: new Alerts(stack, { emails: [] }), ...settings });
    return [name, stack.resolve((fn.lambda.node.defaultChild as { code?: unknown }).code)] as const;
  });
  const hashes = new Map(made.map(([name, code]) => [name, JSON.stringify(code)]));
  const assets = globSync('asset.*/index.mjs', { cwd: outdir }).map((file) => dirname(file));
  return new Map(
    names.map((name) => {
      const folder = assets.find((asset) => hashes.get(name)?.includes(asset.replace('asset.', '')));
      if (folder === undefined) throw new Error(`${name} has no bundle`);
      return [name, join(outdir, folder)];
    }),
  );
}

/** At most so many kB each: a cold start reads and compiles all of it. */
const limits: Record<string, number> = {
  dispatcher: 1500,
  'image-updater': 2000,
  reconciler: 1500,
  renderer: 1000,
  reporter: 1500,
  source: 2200,
  webhook: 1200,
};

describe.each(names)('the bundle of %s', (name) => {
  const folder = () => folders.get(name) ?? '';
  const read = () => readFileSync(join(folder(), 'index.mjs'), 'utf8');

  it('is one ES module, and nothing else: no source map is deployed', () => {
    expect(readdirSync(folder())).toEqual(['index.mjs']);
    const text = read();
    expect(text).not.toMatch(/sourceMappingURL=/);
    expect(text).toMatch(/export\s*\{[^}]*\bhandler\b/);
  });

  it('has everything inside, the SDK, too: it imports what Node itself has, and nothing else', () => {
    const imported = [...read().matchAll(/(?:^|[;\n}])import\s*(?:[\w$*{][^"'`;]*?\bfrom\s*)?["']([^"']+)["']/g)].map(
      ([, from = '']) => from,
    );
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((from) => !isBuiltin(from))).toEqual([]);
  });

  it('is minified', () => {
    const text = read();
    const lines = text.split('\n').length;
    expect(text.length / lines).toBeGreaterThan(200);
  });

  it('stays small', () => {
    const kilobytes = Math.round(Buffer.byteLength(read()) / 1000);
    expect(kilobytes).toBeGreaterThan(50);
    expect(kilobytes).toBeLessThan(limits[name] ?? 0);
  });
});
