import { describe, expect, it } from 'vitest';
import { autoscaledBy, isScaling, leavingReplicas } from '../../../shared/kubernetes/autoscaled.ts';
import { policyOf } from '../../../shared/kubernetes/object-policy.ts';
import { deployment } from '../../support/manifests.ts';

const autoscaler = (scaleTargetRef: object | undefined, more: object = {}) => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'any' },
  spec: { scaleTargetRef },
  ...more,
});
const keda = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' };
const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

describe('what autoscalers scale', () => {
  it.each([
    ['what a HorizontalPodAutoscaler names', autoscaler(web), ['apps/Deployment/shop/web']],
    [
      'in its own namespace',
      autoscaler(web, { metadata: { name: 'any', namespace: 'other' } }),
      ['apps/Deployment/other/web'],
    ],
    [
      'a kind of anybody',
      autoscaler({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' }),
      ['argoproj.io/Rollout/shop/web'],
    ],
    [
      "what KEDA's names, which is a Deployment by default",
      autoscaler({ name: 'web' }, keda),
      ['apps/Deployment/shop/web'],
    ],
    ['nothing, where it names nothing', autoscaler(undefined), []],
    ['nothing, where it is none', deployment('web'), []],
  ])('%s', (_, object, expected) => {
    expect([...autoscaledBy([object], 'shop')]).toEqual(expected);
  });
});

it('are ignored once', () => {
  const policy = policyOf(deployment('web'), { conflicts: 'fail', drift: 'correct', rules: [] });
  expect(leavingReplicas(leavingReplicas(policy)).ignore.fields).toEqual(['/spec/replicas']);
});

it.each([
  ['an autoscaler', 'kube-controller-manager', '.spec.replicas', 'scale', true],
  ['a person', 'kubectl', '.spec.replicas', 'scale', false],
  ['a controller that wrote the object itself', 'mesh', '.spec.replicas', undefined, false],
  ['another field', 'kube-controller-manager', '.spec.other', 'scale', false],
] as const)('a conflict with %s is one about scaling: %5$s', (_, manager, field, subresource, expected) => {
  expect(isScaling({ manager, field, ...(subresource && { subresource }) })).toBe(expected);
});
