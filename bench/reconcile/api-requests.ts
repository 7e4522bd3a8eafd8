/** What the API server asks of itself (a Service's address is an object of its own), and what is asked of it to see whether it is well. */
const ownGroups = new Set(['coordination.k8s.io', 'flowcontrol.apiserver.k8s.io']);
const ownResources = new Set(['ipaddresses']);
const ownPaths = new Set(['/metrics', '/readyz', '/livez', '/healthz', 'openapi/v3']);

/**
 * How many requests an API server has answered, by its own counters: of everybody, but for its own.
 *
 * @param metrics what it answers at `/metrics`
 * @see https://kubernetes.io/docs/reference/instrumentation/metrics/
 */
export function countRequests(metrics: string): number {
  return metrics
    .split('\n')
    .map(readCounter)
    .filter((counter) => counter !== undefined)
    .filter(({ labels }) => !isOwn(labels))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Only its own controllers watch here, and a watch counts when it ends. */
const isOwn = ({ group = '', resource = '', subresource = '', verb }: Record<string, string>) =>
  ownGroups.has(group) || ownResources.has(resource) || ownPaths.has(subresource) || verb === 'WATCH';

type Counter = { labels: Record<string, string>; value: number };

function readCounter(line: string): Counter | undefined {
  const [, labels = '', value] = /^apiserver_request_total\{(.*)\} (\S+)$/.exec(line) ?? [];
  if (value === undefined) return undefined;
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', text = '']) => [name, text]);
  return { labels: Object.fromEntries(pairs), value: Number(value) };
}
