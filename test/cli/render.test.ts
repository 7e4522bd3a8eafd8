import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startInFolder } from '../support/command.ts';
import { aConfigMap } from '../support/renderer.ts';

describe('plumbline render', () => {
  it('prints what would be applied, with --- between and big integers whole', async () => {
    const { plumbline } = startInFolder({
      'app/a.yaml': aConfigMap('a', 'big: 9007199254740993'),
      'app/b.yaml': aConfigMap('b', 'no: "no"'),
    });
    expect(await plumbline(['render', 'app'])).toEqual({
      code: 0,
      stdout:
        'apiVersion: v1\ndata:\n  big: 9007199254740993\nkind: ConfigMap\nmetadata:\n  name: a\n---\napiVersion: v1\ndata:\n  "false": "no"\nkind: ConfigMap\nmetadata:\n  name: b\n',
      stderr: '',
    });
  });

  it('prints problems with file and line on standard error, and ends with 1', async () => {
    const { plumbline } = startInFolder({ 'app/a.yaml': 'a: 1\na: 2\n' });
    const { code, stdout, stderr } = await plumbline(['render', 'app']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: app\/a.yaml:1: .*\nerror: app\/a.yaml:2: has the key "a" twice; .*\n$/);
  });

  it('finds a base beside the folder in a Git checkout', async () => {
    const { plumbline } = startInFolder({
      '.git/HEAD': '',
      'base/kustomization.yaml': 'resources: [a.yaml]\n',
      'base/a.yaml': aConfigMap('a'),
      'overlays/x/kustomization.yaml': 'resources: [../../base]\nnamePrefix: x-\n',
    });
    expect((await plumbline(['render', 'overlays/x'])).stdout).toContain('name: x-a');
  });

  it('renders a chart with name, namespace and values from the working folder', async () => {
    const { plumbline } = startInFolder({
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
    const started = startInFolder({ 'app/a.yaml': aConfigMap('a') });
    symlinkSync('/etc/passwd', join(started.folder, 'app/b.yaml'));
    expect((await started.plumbline(['render', 'app'])).stderr).toMatch(/^error: app\/b.yaml: is no regular file/);
  });

  it('says so when there is nothing, or no folder', async () => {
    const { plumbline } = startInFolder({ 'app/README.md': '' });
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
