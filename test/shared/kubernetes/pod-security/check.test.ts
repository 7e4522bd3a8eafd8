import { describe, expect, it } from 'vitest';
import { podFaults } from '../../../../shared/kubernetes/pod-security/check.ts';
import {
  enforceLabel,
  isLooser,
  loosest,
  type PodSecurityLevel,
  podSecurityLevels,
} from '../../../../shared/kubernetes/pod-security/level.ts';
import type { KubernetesObject } from '../../../../shared/manifests/object.ts';
import { podOf, podSecurityCases } from '../../../support/pod-security-cases.ts';

const next: Record<PodSecurityLevel, PodSecurityLevel> = {
  privileged: 'baseline',
  baseline: 'restricted',
  restricted: 'restricted',
};

describe('fault 64: what a pod may ask of its node', () => {
  it.each(podSecurityCases)('$title: let through up to $strictest', (each) => {
    const pod = podOf(each);
    expect(podSecurityLevels.filter((level) => podFaults(pod, level).length === 0).at(-1)).toBe(each.strictest);
    expect(podFaults(pod, next[each.strictest])[0]?.field).toBe(each.field);
  });

  it('names every field, what was found and what would do', () => {
    const pod = podOf({
      title: '',
      pod: { hostPID: true },
      container: { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } },
      strictest: 'privileged',
    });
    expect(podFaults(pod, 'baseline')).toEqual([
      { field: 'spec.hostPID', found: 'true', accepted: 'false, or nothing' },
      {
        field: 'spec.containers[0].securityContext.capabilities.add[0]',
        found: '"SYS_ADMIN"',
        accepted: expect.stringMatching(/^AUDIT_WRITE, CHOWN, .*SYS_CHROOT$/),
      },
    ]);
  });

  it.each([
    ['v1', 'Pod', 'spec'],
    ['v1', 'PodTemplate', 'template.spec'],
    ['v1', 'ReplicationController', 'spec.template.spec'],
    ['apps/v1', 'Deployment', 'spec.template.spec'],
    ['apps/v1', 'ReplicaSet', 'spec.template.spec'],
    ['apps/v1', 'StatefulSet', 'spec.template.spec'],
    ['apps/v1', 'DaemonSet', 'spec.template.spec'],
    ['batch/v1', 'Job', 'spec.template.spec'],
    ['batch/v1', 'CronJob', 'spec.jobTemplate.spec.template.spec'],
  ])('is looked for in %s %s', (apiVersion, kind, path) => {
    const spec = path.split('.').reduceRight<unknown>((value, key) => ({ [key]: value }), { hostNetwork: true });
    const object = { apiVersion, kind, metadata: { name: 'x' }, ...(spec as object) };
    expect(podFaults(object, 'baseline').map(({ field }) => field)).toEqual([`${path}.hostNetwork`]);
  });

  it.each<[string, KubernetesObject]>([
    ['a kind that makes no pods', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }],
    [
      'a custom resource, whose pods the API server judges',
      {
        apiVersion: 'example.org/v1',
        kind: 'Deployment',
        metadata: { name: 'x' },
        spec: { template: { spec: { hostPID: true } } },
      },
    ],
    ['a pod without a spec, which the API server refuses', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } }],
  ])('says nothing of %s', (_name, object) => {
    expect(podFaults(object, 'restricted')).toEqual([]);
  });

  it('says nothing of what is not as Kubernetes has it, and does not fail', () => {
    for (const spec of [
      'x',
      1,
      null,
      { containers: 'x' },
      { containers: [null, 1], volumes: [null], securityContext: 1 },
    ])
      expect(() => podFaults({ ...podOf({ title: '', strictest: 'baseline' }), spec }, 'restricted')).not.toThrow();
  });
});

describe('fault 64: a Namespace that would let more through', () => {
  const namespace = (level?: string) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', ...(level !== undefined && { labels: { [enforceLabel]: level } }) },
  });

  it.each<[string | undefined, PodSecurityLevel, boolean]>([
    ['privileged', 'baseline', false],
    ['baseline', 'restricted', false],
    ['nonsense', 'baseline', false],
    ['baseline', 'baseline', true],
    ['restricted', 'baseline', true],
    [undefined, 'restricted', true],
    ['privileged', 'privileged', true],
  ])('labelled %s where %s is asked for: let through: %s', (label, level, isFine) => {
    const faults = podFaults(namespace(label), level);
    expect(faults.map(({ field }) => field)).toEqual(isFine ? [] : [`metadata.labels["${enforceLabel}"]`]);
  });
});

describe('the levels', () => {
  it('are in order', () => {
    expect(isLooser('privileged', 'baseline')).toBe(true);
    expect(isLooser('restricted', 'baseline')).toBe(false);
    expect(loosest(['restricted', 'baseline'])).toBe('baseline');
    expect(loosest([])).toBe('baseline');
  });
});
