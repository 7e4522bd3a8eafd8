import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type RbacOptions, rbac } from '../../cli/rbac.ts';

const root = join(import.meta.dirname, '../..');
const deployer = join(root, 'examples/deployer.yaml');
const from = join(root, 'examples/example-environment');

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[]; resourceNames?: string[] };
type Role = { kind: string; metadata: { name: string; namespace?: string }; rules: Rule[] };

async function run(options: Partial<RbacOptions> = {}) {
  let [stdout, stderr] = ['', ''];
  const code = await rbac(
    { deployer, ...options },
    {
      stdout: new Writable({
        write: (chunk, _encoding, done) => {
          stdout += chunk;
          done();
        },
      }),
      stderr: new Writable({
        write: (chunk, _encoding, done) => {
          stderr += chunk;
          done();
        },
      }),
    },
  );
  return { code, stderr, objects: parseAllDocuments(stdout).map((document) => document.toJS() as Role) };
}

const roleIn = (objects: Role[], namespace: string) =>
  objects.find(({ kind, metadata }) => kind === 'Role' && metadata.namespace === namespace);

describe('plumbline rbac', () => {
  it('lets the reconciler impersonate the ServiceAccounts of the environments by name, and nothing else', async () => {
    const { code, objects } = await run();
    expect(code).toBe(0);
    const roles = objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.namespace === 'plumbline-system');
    const impersonate = { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] };
    expect(roles.map(({ rules }) => rules)).toEqual([
      [{ ...impersonate, resourceNames: ['staging'] }],
      [{ ...impersonate, resourceNames: ['production'] }],
    ]);
  });

  it('can be applied for one environment without taking anything from the others', async () => {
    const names = ({ objects }: Awaited<ReturnType<typeof run>>) =>
      objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`);
    const [all, staging, production] = await Promise.all([
      run(),
      run({ environments: ['staging'] }),
      run({ environments: ['production'] }),
    ]);
    const shared = names(staging).filter((name) => names(production).includes(name));
    expect(shared).toEqual(['Namespace/undefined/plumbline-system']);
    expect(new Set([...names(staging), ...names(production)])).toEqual(new Set(names(all)));
  });

  it('grants what the manifests need, in the environment’s own namespaces only', async () => {
    const { objects } = await run({ from, environments: ['staging'] });
    const granted = roleIn(objects, 'staging')?.rules.flatMap(({ resources }) => resources);
    expect(granted?.toSorted()).toEqual(['deployments', 'events', 'horizontalpodautoscalers', 'pods', 'services']);
    expect(roleIn(objects, 'production')).toBeUndefined();
    expect(objects.some(({ kind }) => kind.startsWith('ClusterRole'))).toBe(false);
  });

  it('grants the usual kinds where it is given no manifests, and never Secrets or RBAC', async () => {
    const granted = roleIn((await run()).objects, 'production')?.rules.flatMap(({ resources }) => resources) ?? [];
    expect(granted).toContain('deployments');
    expect(granted).not.toContain('secrets');
    expect(granted.some((resource) => resource.includes('role'))).toBe(false);
  });

  it('lets an environment read logs only where deployer.yaml shows them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-rbac-'));
    const file = join(folder, 'deployer.yaml');
    const text = readFileSync(deployer, 'utf8');
    writeFileSync(file, text.replace(/^ {2}staging:\n/m, '  staging:\n    podLogs: show\n'));
    const { objects } = await run({ deployer: file });
    rmSync(folder, { recursive: true });
    const logs = (namespace: string) =>
      roleIn(objects, namespace)?.rules.filter(({ resources }) => resources.includes('pods/log'));
    expect(logs('staging')).toEqual([{ apiGroups: [''], resources: ['pods/log'], verbs: ['get'] }]);
    expect(logs('production')).toEqual([]);
  });

  it('grants rights in one cluster at a time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-rbac-'));
    const file = join(folder, 'deployer.yaml');
    const [before = '', cluster = '', after = ''] = readFileSync(deployer, 'utf8').split(
      /(?<=\nclusters:\n)|(?=\nenvironments:\n)/,
    );
    const [staging, production] = after.split(/(?=\n {2}production:\n)/);
    const other = production?.replace('cluster: example', 'cluster: other');
    writeFileSync(file, [before, cluster, cluster.replace('  example:', '\n  other:'), staging, other].join(''));
    const namesOf = ({ objects }: Awaited<ReturnType<typeof run>>) =>
      objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
    const [all, first, second, one, none] = await Promise.all([
      run({ deployer: file }),
      run({ deployer: file, cluster: 'example' }),
      run({ deployer: file, cluster: 'other' }),
      run({ deployer: file, environments: ['production'] }),
      run({ deployer: file, cluster: 'third' }),
    ]);
    rmSync(folder, { recursive: true });
    expect(all).toMatchObject({ code: 1, stderr: expect.stringContaining('name one with --cluster (example, other)') });
    expect([namesOf(first), namesOf(second), namesOf(one)]).toEqual([['staging'], ['production'], ['production']]);
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('to a cluster "third"; they are on example, other'),
    });
  });

  it.each<[string, Partial<RbacOptions>, string]>([
    [
      'an environment that is not there',
      { environments: ['preview'] },
      'has no environment preview; it has staging, production',
    ],
    [
      'a deployer.yaml that is not there',
      { deployer: '/nowhere/deployer.yaml' },
      'cannot be read; name another file with --deployer',
    ],
    ['a folder without manifests', { from: join(root, 'examples/nowhere') }, 'there is no folder'],
  ])('says what is wrong: %s', async (_name, options, message) => {
    const { code, stderr, objects } = await run(options);
    expect(stderr).toContain(message);
    expect([code, objects]).toEqual([1, []]);
  });
});
