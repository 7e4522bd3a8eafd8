import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { Cluster } from '../../../../shared/kubernetes/cluster.ts';
import { enforceLabel, podSecurityLevels } from '../../../../shared/kubernetes/pod-security/level.ts';
import { indexResources, type Resource } from '../../../../shared/kubernetes/resource.ts';
import type { KubernetesObject } from '../../../../shared/manifests/object.ts';
import { adminTransport, clusterOver } from '../../../support/cluster-access.ts';
import { podOf, podSecurityCases } from '../../../support/pod-security-cases.ts';

let admin: Cluster;
let pods: Resource;
const namespaceOf = (level: string) => `pod-security-${level}`;

beforeAll(async () => {
  admin = clusterOver(adminTransport(inject('shared').cluster));
  const resources = indexResources((await admin.discover()).resources);
  const find = (kind: string) => {
    const resource = resources.find('v1', kind);
    if (resource === undefined) throw new Error(`${kind} is not served`);
    return resource;
  };
  pods = find('Pod');
  for (const level of podSecurityLevels) {
    const metadata = { name: namespaceOf(level), labels: { [enforceLabel]: level } };
    await apply(find('Namespace'), { apiVersion: 'v1', kind: 'Namespace', metadata }, false);
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: metadata.name },
    };
    await apply(find('ServiceAccount'), account, false);
  }
}, 120_000);

const apply = (resource: Resource, object: KubernetesObject, dryRun = true) =>
  admin.apply(resource, object, { manager: 'test', force: true, dryRun });

describe('fault 64: the real API server on what a pod may ask of its node', () => {
  it.each(podSecurityCases)('agrees with our own check: $title', { timeout: 60_000 }, async (each) => {
    const { metadata, ...pod } = podOf(each);
    const verdicts = await Promise.all(
      podSecurityLevels.map((level) =>
        apply(pods, { ...pod, metadata: { ...metadata, namespace: namespaceOf(level) } }),
      ),
    );
    // Whatever is wrong with it otherwise would be said at the first level, too.
    expect(verdicts[0]).toMatchObject({ outcome: 'applied' });
    const letThrough = podSecurityLevels.filter((_, index) => verdicts[index]?.outcome === 'applied');
    expect(letThrough.at(-1)).toBe(each.strictest);
    expect(letThrough).toEqual(podSecurityLevels.slice(0, letThrough.length));
  });
});
