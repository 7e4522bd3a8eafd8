import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { diff as compare } from '../../cli/diff.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { runCommand, startInFolder } from '../support/command.ts';
import { configMap, deployment, secret, service } from '../support/manifests.ts';

const documents = (objects: KubernetesObject[]) => objects.map((object) => stringify(object)).join('---\n');
const ours = { namespace: 'staging', labels: { 'plumbline.dev/application': 'staging.web' } };
const live = (object: KubernetesObject, metadata: object = ours): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: '7', uid: 'u', ...metadata },
  status: { some: 'thing' },
});

/** Its answer for files of these contents, with their names as people would give them. */
async function compareTexts(files: Record<string, string>, options = { live: 'live.yaml', desired: 'desired.yaml' }) {
  const { folder } = startInFolder(files);
  const inFolder = { live: join(folder, options.live), desired: join(folder, options.desired) };
  const { stderr, ...rest } = await runCommand((out) => compare(inFolder, out));
  return { ...rest, stderr: stderr.replaceAll(`${folder}/`, '') };
}

const diff = (are: KubernetesObject[], shouldBe: KubernetesObject[]) =>
  compareTexts({ 'live.yaml': documents(are), 'desired.yaml': documents(shouldBe) });

describe('plumbline diff', () => {
  it('says what would be changed field by field, created and pruned, and ends with 1', async () => {
    const are = [live(deployment('web')), live(configMap('old')), live(configMap('theirs'), { namespace: 'staging' })];
    const { code, stdout, stderr } = await diff(are, [deployment('web', { replicas: 5 }), service('web')]);
    expect(stdout.trimEnd().split('\n').sort()).toEqual([
      '  spec.replicas: 2 → 5',
      'changed Deployment staging/web',
      'created Service web',
      'only live ConfigMap staging/theirs',
      'pruned ConfigMap staging/old',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('says nothing and ends with 0 where they are the same', async () => {
    expect(await diff([live(deployment('web')), live(configMap('a'))], [configMap('a'), deployment('web')])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  it("fault 65: masks a Secret's values", async () => {
    const text = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: 'new-value' } };
    const { code, stdout } = await diff([live(secret('s', { key: 'b2xkLXZhbHVl', gone: 'Z29uZQ==' }))], [text]);
    expect(code).toBe(1);
    expect(stdout).toContain('data.key: (masked) → (masked, different)');
    expect(stdout).not.toMatch(/b2xk|old-value|new-value|Z29u/);
  });

  it('reads a List from standard input', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: [live(configMap('a')), live(configMap('b'))] };
    const { plumbline } = startInFolder({ 'desired.yaml': documents([configMap('a'), configMap('b', { a: '2' })]) });
    const { code, stdout } = await plumbline(
      ['diff', '--live', '-', '--desired', 'desired.yaml'],
      JSON.stringify(list),
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'changed ConfigMap staging/b\n  data.a: "1" → "2"\n' });
  });

  it('leaves out what the cluster makes by itself', async () => {
    const controlled = {
      namespace: 'staging',
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }],
    };
    const are = [
      live(configMap('a')),
      live(configMap('kube-root-ca.crt'), { namespace: 'staging' }),
      live({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web-1' } }, controlled),
    ];
    expect(await diff(are, [configMap('a')])).toMatchObject({ code: 0, stdout: '' });
  });

  it('takes an empty List for what kubectl means by it: nothing is there yet', async () => {
    const files = {
      'live.yaml': 'apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n',
      'desired.yaml': documents([configMap('a')]),
    };
    expect(await compareTexts(files)).toEqual({ code: 1, stdout: 'created ConfigMap a\n', stderr: '' });
    expect(await compareTexts({ ...files, 'live.yaml': '' })).toMatchObject({
      code: 2,
      stderr: 'error: live.yaml: has no object in it\n',
    });
  });

  it('takes YAML as kubectl does', async () => {
    const head = 'apiVersion: v1\nkind: X\nmetadata: {name: a}\n';
    const files = {
      'live.yaml': `${head}spec: {a: false, mode: 511}\n`,
      'desired.yaml': `${head}spec: {a: no, mode: 0777}\n`,
    };
    expect(await compareTexts(files)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('ends with 2 where it is not clear which object is meant, and says where', async () => {
    const are = ['staging', 'production'].map((namespace) => live(configMap('a'), { namespace }));
    const { code, stderr } = await diff(are, [configMap('b'), configMap('a')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: desired\.yaml:\d+: ConfigMap a: has no namespace, and there is one in each of production, staging; say which one is meant/,
    );
  });

  it.each([
    ['a file that is not there', { live: 'gone.yaml', desired: 'a.yaml' }, /there is no file gone\.yaml/],
    ['a file that is not YAML', { live: 'a.yaml', desired: 'bad.yaml' }, /^error: bad\.yaml:2: is not valid YAML/],
  ])('ends with 2 for %s', async (_, options, message) => {
    const files = { 'a.yaml': documents([configMap('a')]), 'bad.yaml': 'a: 1\nb: [\n' };
    const { code, stdout, stderr } = await compareTexts(files, options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('ends with 2 for both on standard input, and for an option that is missing', async () => {
    const both = await runCommand((out) => compare({ live: '-', desired: '-' }, out));
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('only one of --live and --desired') });
    expect(await startInFolder({}).plumbline(['diff', '--live', 'a.yaml'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--desired'),
    });
  });
});
