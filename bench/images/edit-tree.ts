import { parse } from 'yaml';
import { decideUpdates } from '../../functions/image-updater/decide-updates.ts';
import { environmentSchema } from '../../shared/config/environment.ts';
import { aDeployment, pinOf, registryHost, rules, versionOf } from '../../test/functions/image-updater/bench.ts';
import { digestOf } from '../../test/shared/images/versions.ts';
import { median, percentile } from '../statistics.ts';

const size = { manifests: 2_000, stale: 50, images: 200, runs: 15 };
const [before, after] = ['1.0.0', '1.1.0'];

/** How long it takes to find and pin 50 stale images among 2,000 manifests that all hold tracked ones, and how many bytes differ then. */
export function measureEditing() {
  const names = Array.from({ length: size.images }, (_, index) => `${registryHost}/app-${index}`);
  const files = treeOf(names);
  const { images: every } = environmentSchema.parse(parse(rules(...names)));
  const look = {
    environment: 'staging',
    path: '.',
    others: [],
    files,
    rules: every,
    every,
    versions: new Map(names.map((name) => [name, [versionOf(before), versionOf(after)]])),
    written: new Map(),
    seen: new Map(),
    lifted: new Map(),
    now: new Date(),
  };
  const times = Array.from({ length: size.runs }, () => {
    const started = performance.now();
    decideUpdates(look);
    return performance.now() - started;
  });
  const plan = decideUpdates(look);
  const bytes = plan.files.map(({ path, content }) =>
    bytesChanged(files.get(path) ?? Buffer.alloc(0), Buffer.from(content)),
  );
  return {
    manifests: size.manifests,
    'stale pins': size.stale,
    'pins written': plan.updates.length,
    'files changed': plan.files.length,
    'milliseconds (median)': Math.round(median(times)),
    'milliseconds (p95)': Math.round(percentile(times, 95)),
    'bytes changed': bytes.reduce((sum, one) => sum + one, 0),
    'bytes of the pins': plan.updates.length * Buffer.byteLength(`${after}@${digestOf(after)}`),
  };
}

function treeOf(names: readonly string[]): Map<string, Buffer> {
  const stale = new Set(Array.from({ length: size.stale }, (_, index) => index * (size.manifests / size.stale)));
  return new Map(
    Array.from({ length: size.manifests }, (_, index) => {
      const name = names[index % names.length] ?? '';
      const text = aDeployment(stale.has(index) ? `${name}:${before}` : pinOf(after, name));
      return [`applications/app-${index}/deployment.yaml`, Buffer.from(text)];
    }),
  );
}

/** What is left of the new content between the bytes that both begin and end with. */
function bytesChanged(old: Buffer, now: Buffer): number {
  let [first, last] = [0, 0];
  while (first < Math.min(old.length, now.length) && old[first] === now[first]) first += 1;
  const shortest = Math.min(old.length, now.length) - first;
  while (last < shortest && old[old.length - 1 - last] === now[now.length - 1 - last]) last += 1;
  return now.length - first - last;
}
