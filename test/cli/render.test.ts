import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aConfigMap } from '../support/renderer.ts';

const checkout = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

type Run = { code: number; stdout: string; stderr: string };

/** Starts the command as `npx plumbline` would. */
function plumbline(args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(checkout, 'cli/plumbline.js'), ...args],
      { cwd: folder },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('plumbline render', () => {
  it('prints what would be applied, with --- between and big integers whole', async () => {
    write({ 'app/a.yaml': aConfigMap('a', 'big: 9007199254740993'), 'app/b.yaml': aConfigMap('b', 'no: "no"') });
    expect(await plumbline(['render', 'app'])).toEqual({
      code: 0,
      stdout:
        'apiVersion: v1\ndata:\n  big: 9007199254740993\nkind: ConfigMap\nmetadata:\n  name: a\n---\napiVersion: v1\ndata:\n  "false": "no"\nkind: ConfigMap\nmetadata:\n  name: b\n',
      stderr: '',
    });
  });

  it('prints problems with file and line on standard error, and ends with 1', async () => {
    write({ 'app/a.yaml': 'a: 1\na: 2\n' });
    const { code, stdout, stderr } = await plumbline(['render', 'app']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: app\/a.yaml:1: .*\nerror: app\/a.yaml:2: has the key "a" twice; .*\n$/);
  });

  it('finds a base beside the folder in a Git checkout', async () => {
    write({
      '.git/HEAD': '',
      'base/kustomization.yaml': 'resources: [a.yaml]\n',
      'base/a.yaml': aConfigMap('a'),
      'overlays/x/kustomization.yaml': 'resources: [../../base]\nnamePrefix: x-\n',
    });
    expect((await plumbline(['render', 'overlays/x'])).stdout).toContain('name: x-a');
  });

  it('renders a chart with name, namespace and values from the working folder', async () => {
    write({
      '.git/HEAD': '',
      'chart/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      'chart/templates/a.yaml': aConfigMap('{{ .Release.Name }}-{{ .Release.Namespace }}-{{ .Values.v }}'),
      'values/v.yaml': 'v: one\n',
    });
    const { stdout, stderr } = await plumbline([
      'render',
      'chart',
      '--name',
      'shop',
      '--namespace',
      'prod',
      '--values',
      'values/v.yaml',
    ]);
    expect(stderr).toBe('');
    expect(stdout).toContain('name: shop-prod-one');
  });

  it('fault 27: refuses a link', async () => {
    write({ 'app/a.yaml': aConfigMap('a') });
    symlinkSync('/etc/passwd', join(folder, 'app/b.yaml'));
    expect((await plumbline(['render', 'app'])).stderr).toMatch(/^error: app\/b.yaml: is no regular file/);
  });

  it('says so when there is nothing, or no folder', async () => {
    write({ 'app/README.md': '' });
    expect(await plumbline(['render', 'app'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'warning: app: renders to no object\n',
    });
    expect(await plumbline(['render', 'nope'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: there is no folder nope\n',
    });
  });
});
