import { describe, expect, it } from 'vitest';
import { inStages, stageOf } from '../../../shared/kubernetes/order.ts';

const kinds = [
  ['admissionregistration.k8s.io', 'ValidatingWebhookConfiguration'],
  ['apps', 'Deployment'],
  ['example.org', 'Namespace'],
  ['networking.k8s.io', 'Ingress'],
  ['', 'Service'],
  ['', 'ConfigMap'],
  ['rbac.authorization.k8s.io', 'RoleBinding'],
  ['rbac.authorization.k8s.io', 'Role'],
  ['', 'ServiceAccount'],
  ['', 'Namespace'],
  ['apiextensions.k8s.io', 'CustomResourceDefinition'],
].map(([group = '', kind = '']) => ({ group, kind }));

describe('the order of kinds', () => {
  it('puts what others need first, and what can refuse others last', () => {
    expect(
      inStages(kinds, stageOf).map((stage) =>
        stage.map(({ kind, group }) => (group === 'example.org' ? `custom ${kind}` : kind)),
      ),
    ).toEqual([
      ['Namespace', 'CustomResourceDefinition'],
      ['Role', 'ServiceAccount'],
      ['ConfigMap', 'RoleBinding'],
      ['Service'],
      ['Deployment', 'custom Namespace', 'Ingress'],
      ['ValidatingWebhookConfiguration'],
    ]);
  });

  it('goes backwards for pruning', () => {
    const stages = inStages(kinds, (kind) => -stageOf(kind));
    expect(stages[0]).toEqual([kinds[0]]);
    expect(stages.at(-1)).toEqual([kinds[9], kinds[10]]);
  });
});
