import { inject } from 'vitest';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { collectionPath, type Resource } from '../../shared/kubernetes/resource.ts';
import { adminTransport } from './cluster-access.ts';

/**
 * Every state that an object went through since a resourceVersion, as the API server remembers it: nothing is missed, however short it was.
 *
 * @param place of the object
 */
export async function historyOf(
  resource: Resource,
  { namespace, name }: { namespace: string; name: string },
  since: string,
): Promise<LiveObject[]> {
  const query = new URLSearchParams({
    watch: 'true',
    resourceVersion: since,
    fieldSelector: `metadata.name=${name}`,
    timeoutSeconds: '1',
  });
  const transport = adminTransport(inject('shared').cluster);
  const { text } = await transport({ method: 'GET', path: `${collectionPath(resource, namespace)}?${query}` }, 30_000);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { object: LiveObject }).object);
}
