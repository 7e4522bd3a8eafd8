import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { printYaml } from '../../../functions/renderer/print-yaml.ts';
import { parseObjects } from '../../../functions/renderer/read-objects.ts';
import { renderFolder } from '../../../functions/renderer/render.ts';
import { ensureKubectlAndHelm } from '../../../local/tools/kubectl-and-helm.ts';
import { canonicalJson } from '../../../shared/manifests/canonical.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { serveDiscovery } from '../../support/fake-discovery.ts';
import { golden, goldenCases, requestOf, treeOf } from '../../support/golden-render.ts';
import { problemsWith } from '../../support/renderer.ts';

const broken = goldenCases.filter((name) => name.startsWith('broken-'));
const whole = goldenCases.filter((name) => !name.startsWith('broken-'));
const run = promisify(execFile);

function compare(file: string, text: string): void {
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

async function objectsOf(name: string): Promise<KubernetesObject[]> {
  const { objects } = await renderFolder(await treeOf(name), requestOf(name), { tools: await ensureKubectlAndHelm() });
  return objects.map(({ object }) => object);
}

describe('a golden folder', () => {
  it.each(whole)('%s is rendered as expected', async (name) => {
    compare(join(golden, name, 'expected.yaml'), await printYaml(await objectsOf(name), await ensureKubectlAndHelm()));
  });

  it.each(broken)('%s is refused as expected', async (name) => {
    const problems = await problemsWith(await treeOf(name), { request: requestOf(name) });
    compare(join(golden, name, 'expected-errors.txt'), `${problems.join('\n')}\n`);
  });
});

/** A folder that is gone after the test file. */
const scratch = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What `kubectl create` would send for YAML. */
async function createdBy(args: string[], objects: KubernetesObject[], input?: string): Promise<unknown[]> {
  const { kubectl } = await ensureKubectlAndHelm();
  const discovery = await serveDiscovery(objects);
  try {
    const flags = ['--dry-run=client', '--validate=false', '--output=json', `--server=${discovery.url}`];
    const child = run(kubectl, ['create', ...flags, ...args], { maxBuffer: 2 ** 26, env: { HOME: scratch } });
    child.child.stdin?.end(input);
    return flatten(parseObjects((await child).stdout));
  } finally {
    await discovery.close();
  }
}

/** What kustomize makes of a folder. */
async function builtBy(folder: string): Promise<string> {
  const { kubectl } = await ensureKubectlAndHelm();
  return (await run(kubectl, ['kustomize', folder], { maxBuffer: 2 ** 26, env: { HOME: scratch } })).stdout;
}

const flatten = (printed: unknown[]) =>
  printed.flatMap((object) =>
    (object as { kind: string }).kind === 'List' ? (object as { items: unknown[] }).items : [object],
  );

const canonical = (objects: readonly unknown[]) => objects.map(canonicalJson).sort();

/** kubectl fills in a namespace where there is none; it is taken away again. */
function withoutDefault(objects: unknown[]): unknown[] {
  return (objects as KubernetesObject[]).map(({ metadata, ...rest }) => {
    const { namespace, ...others } = metadata;
    return { ...rest, metadata: namespace === 'default' ? others : metadata };
  });
}

describe('fault 30: the objects are those that the Go tools read', () => {
  it.each(['scalars', 'plain'])('%s: as kubectl does', async (name) => {
    const objects = await objectsOf(name);
    const files = [...(await treeOf(name)).files.keys()].filter(
      (file) => /\.(ya?ml|json)$/.test(file) && !/\.hidden|environment/.test(file),
    );
    const args = files.map((file) => `--filename=${join(golden, name, 'in', file)}`);
    expect(canonical(objects)).toEqual(canonical(withoutDefault(await createdBy(args, objects))));
  });

  it.each(['kustomize', 'kustomize-fields', 'kustomize-openapi'])('%s: as kustomize does', async (name) => {
    const objects = await objectsOf(name);
    expect(objects.length).toBeGreaterThan(0);
    const built = await builtBy(join(golden, name, 'in/app'));
    expect(canonical(objects)).toEqual(canonical(withoutDefault(await createdBy(['--filename=-'], objects, built))));
  });

  it('helm: as helm does and kubectl reads', async () => {
    const objects = await objectsOf('helm');
    const chart = join(scratch, 'app');
    cpSync(join(golden, 'helm/in/app'), chart, { recursive: true });
    cpSync(join(golden, 'helm/in/common'), join(chart, 'charts/common'), { recursive: true });
    const values = ['app/values-staging.yaml', 'shared/values.yaml'].map(
      (file) => `--values=${join(golden, 'helm/in', file)}`,
    );
    const capabilities = ['--kube-version=1.36', '--api-versions=apps/v1/Deployment,example.com/v1/Widget'];
    const args = [
      'template',
      'staging',
      chart,
      '--namespace=example',
      '--include-crds',
      '--skip-tests',
      ...values,
      ...capabilities,
    ];
    const { stdout } = await run((await ensureKubectlAndHelm()).helm, args, { env: { HOME: scratch } });
    expect(objects.map(({ kind }) => kind)).toContain('Job');
    expect(canonical(objects)).toEqual(canonical(withoutDefault(await createdBy(['--filename=-'], objects, stdout))));
  });

  it('over-chart: as kustomize does with what helm gives', async () => {
    const folder = join(scratch, 'over-chart');
    const overlay = join(folder, 'overlays/production');
    cpSync(join(golden, 'over-chart/in'), folder, { recursive: true });
    const args = ['template', 'shop', join(folder, 'app'), '--namespace=example', '--include-crds'];
    const values = `--values=${join(folder, 'app/values-production.yaml')}`;
    const { stdout } = await run((await ensureKubectlAndHelm()).helm, [...args, values], { env: { HOME: scratch } });
    writeFileSync(join(overlay, 'chart.yaml'), stdout);
    const file = join(overlay, 'kustomization.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('resources:\n', 'resources:\n- chart.yaml\n'));
    const objects = await objectsOf('over-chart');
    expect(objects.length).toBeGreaterThan(5);
    const built = await builtBy(overlay);
    expect(canonical(objects)).toEqual(canonical(withoutDefault(await createdBy(['--filename=-'], objects, built))));
  });
});
