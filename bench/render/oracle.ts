import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseObjects } from '../../functions/renderer/read-objects.ts';
import type { Tools } from '../../functions/renderer/run-tool.ts';
import { canonicalJson } from '../../shared/manifests/canonical.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { serveDiscovery } from '../../test/support/fake-discovery.ts';

const run = promisify(execFile);

/** `folder` is where the project is on this machine; `home` is one without settings. */
type Where = { tools: Tools; folder: string; home: string };

/** What the tools themselves print for a folder. Whatever they would fetch fails. */
export async function printedBy(kind: 'kustomize' | 'helm', path: string, values: string | undefined, where: Where) {
  const { tools, folder } = where;
  if (kind === 'kustomize') return start(tools.kubectl, ['kustomize', join(folder, path)], where);
  const file = join(where.home, 'values.yaml');
  if (values !== undefined) await writeFile(file, values);
  const chosen = values === undefined ? [] : [`--values=${file}`];
  const args = ['template', 'example', join(folder, path), '--namespace=example', '--include-crds', '--skip-tests'];
  return start(tools.helm, [...args, ...chosen], where);
}

/** What kustomize makes of a chart's output under a kustomization. */
export async function builtOver(output: string, kustomization: string, where: Where): Promise<string> {
  const folder = join(where.home, 'over');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'chart.yaml'), output);
  await writeFile(join(folder, 'kustomization.yaml'), `${kustomization}resources: [chart.yaml]\n`);
  return start(where.tools.kubectl, ['kustomize', folder], where);
}

async function start(program: string, args: string[], { home }: Where): Promise<string> {
  const nowhere = 'http://127.0.0.1:9';
  const env = { HOME: home, PATH: home, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere };
  return (await run(program, args, { maxBuffer: 2 ** 28, env })).stdout;
}

/** What `kubectl create` would send. */
export async function readBy(text: string, objects: readonly KubernetesObject[], { tools, home }: Where) {
  const discovery = await serveDiscovery(objects);
  try {
    const flags = ['--dry-run=client', '--validate=false', '--output=json', `--server=${discovery.url}`];
    const child = run(tools.kubectl, ['create', ...flags, '--filename=-'], { maxBuffer: 2 ** 28, env: { HOME: home } });
    child.child.stdin?.end(text);
    return parseObjects((await child).stdout).flatMap((object) => itemsOf(object as KubernetesObject));
  } finally {
    await discovery.close();
  }
}

const itemsOf = (object: KubernetesObject) =>
  object.kind === 'List' ? (object.items as KubernetesObject[]) : [object];

/** Order apart. kubectl fills in the namespace `default`, so it is left out on both sides. */
export function areSame(one: readonly KubernetesObject[], other: readonly KubernetesObject[]): boolean {
  const texts = (objects: readonly KubernetesObject[]) =>
    JSON.stringify(objects.map(withoutDefault).map(canonicalJson).sort());
  return texts(one) === texts(other);
}

function withoutDefault({ metadata, ...rest }: KubernetesObject) {
  const { namespace, ...others } = metadata;
  return { ...rest, metadata: namespace === 'default' ? others : metadata };
}
