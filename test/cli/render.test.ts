import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startInFolder } from '../support/command.ts';
import { aConfigMap, anArchive } from '../support/renderer.ts';

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

/** A chart as `helm pull` writes it. */
const aChart = (name: string, template: string) =>
  anArchive([
    { name: `${name}/Chart.yaml`, content: `apiVersion: v2\nname: ${name}\nversion: 1.2.3\n` },
    { name: `${name}/templates/a.yaml`, content: template },
  ]);

describe('plumbline render, with what an application may say', () => {
  it('puts variables in, from arguments and files, and names those that are missing', async () => {
    const { plumbline } = startInFolder({
      '.git/HEAD': '',
      'app/a.yaml': aConfigMap('a', 'k: ${one}-${two}'),
      'shared/variables.yaml': aConfigMap('v', 'one: first'),
    });
    const from = ['--variables-from', 'shared/variables.yaml'];
    expect((await plumbline(['render', 'app', ...from, '--variable', 'two=second'])).stdout).toContain(
      'k: first-second',
    );
    const { code, stderr } = await plumbline(['render', 'app', ...from]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: app\/a.yaml:6: the variable "two" has no value/),
    });
    expect((await plumbline(['render', 'app', '--variable', 'two'])).stderr).toContain('--variable must be NAME=value');
  });

  it('renders a chart from a file, with a kustomization over it', async () => {
    const { plumbline, folder } = startInFolder({
      'app/values.yaml': 'k: v\n',
      'app/over/kustomization.yaml': 'namePrefix: x-\n',
    });
    writeFileSync(
      join(folder, 'redis-1.2.3.tgz'),
      await aChart('redis', aConfigMap('{{ .Release.Name }}', 'k: {{ .Values.k }}')),
    );
    const chart = ['--chart', 'redis-1.2.3.tgz', '--values', 'app/values.yaml', '--kustomize', 'app/over'];
    const { stdout, stderr } = await plumbline(['render', 'app', ...chart]);
    expect(stderr).toBe('');
    expect(stdout).toContain('k: v');
    expect(stdout).toContain('name: x-app');
    expect((await plumbline(['render', 'app', '--chart', 'nope.tgz'])).stderr).toBe(
      'error: there is no file nope.tgz\n',
    );
    expect((await plumbline(['render', 'app', '--chart', 'app/values.yaml'])).stderr).toContain('archive is damaged');
  });
});

describe('plumbline render of an environment', () => {
  const environment = {
    '.git/HEAD': '',
    'staging/environment.yaml': `variables: {values: {one: "1"}}
applications:
  plain: {path: plain, variables: {values: {two: "2"}}, namespace: other}
  redis:
    chart: {repository: https://charts.example.com, name: redis, version: 1.2.3}
    values: [redis.yaml]
`,
    'staging/plain/a.yaml': aConfigMap('a', 'k: ${one}${two}'),
    'staging/redis.yaml': 'k: v\n',
  };

  it('prints all its applications, by the rules of environment.yaml', async () => {
    const { plumbline, folder } = startInFolder(environment);
    writeFileSync(
      join(folder, 'r.tgz'),
      await aChart('redis', aConfigMap('{{ .Release.Name }}', 'k: {{ .Values.k }}')),
    );
    const { code, stdout, stderr } = await plumbline(['render', 'staging', '--chart', 'r.tgz']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      `# Application plain\n${printed('a', '"12"')}---\n# Application redis\n${printed('redis', 'v')}`,
    );
    expect((await plumbline(['render', 'staging', '--application', 'plain'])).stdout).toBe(printed('a', '"12"'));
    const unknown = await plumbline(['render', 'staging', '--application', 'nope']);
    expect(unknown).toMatchObject({ code: 1, stderr: 'error: staging: has no application nope\n' });
  });

  it('says how a chart is had, and prints the other applications', async () => {
    const { plumbline } = startInFolder(environment);
    const { code, stdout, stderr } = await plumbline(['render', 'staging']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: `# Application plain\n${printed('a', '"12"')}` });
    expect(stderr).toBe(
      'error: staging/environment.yaml:5: applications.redis.chart: is in a chart repository, and nothing is fetched here: run "helm pull redis --repo https://charts.example.com --version 1.2.3" and name the file with --chart\n',
    );
  });

  it('finds applications by their folders, and names what is wrong in each', async () => {
    const { plumbline } = startInFolder({
      'applications/web/a.yaml': aConfigMap('a'),
      'applications/api/a.yaml': 'a: 1\na: 2\n',
      'applications/empty/README.md': '',
    });
    const { code, stdout, stderr } = await plumbline(['render', '.']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: `# Application web\n${printed('a', 'value', 'key')}` });
    expect(stderr).toContain('error: applications/api/a.yaml:2: has the key "a" twice');
    expect(stderr).toContain('warning: applications/empty: renders to no object');
  });

  const printed = (name: string, value: string, key = 'k') =>
    `apiVersion: v1\ndata:\n  ${key}: ${value}\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
});
