import { describe, expect, test } from 'vitest';
import type { ObjectRule } from '../../../shared/config/object-rule.ts';
import { mistakesIn, type ObjectPolicy, policyOf } from '../../../shared/kubernetes/object-policy.ts';

const deployment = (annotations: Record<string, string> = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', annotations },
});

const decide = (annotations: Record<string, string>, rules: ObjectRule[] = []) =>
  policyOf(deployment(annotations), { conflicts: 'fail', drift: 'correct', rules });

describe('how one object is treated', () => {
  const cases: [annotation: string, value: string, expected: Partial<ObjectPolicy>][] = [
    ['plumbline.dev/conflict', 'yield', { conflicts: 'yield' }],
    ['plumbline.dev/drift', 'report', { drift: 'report' }],
    ['plumbline.dev/apply', 'create-only', { apply: 'create-only' }],
    ['plumbline.dev/replace', 'when-immutable', { replace: true }],
    ['plumbline.dev/prune', 'keep', { prune: 'keep' }],
    ['plumbline.dev/wave', '-3', { wave: -3 }],
    ['kustomize.toolkit.fluxcd.io/ssa', 'IfNotPresent', { apply: 'create-only' }],
    ['kustomize.toolkit.fluxcd.io/ssa', 'Merge', { additions: 'keep' }],
    ['kustomize.toolkit.fluxcd.io/ssa', 'Ignore', { apply: 'never' }],
    ['kustomize.toolkit.fluxcd.io/ssa', 'Override', {}],
    ['kustomize.toolkit.fluxcd.io/ssa', 'constructor', {}],
    ['kustomize.toolkit.fluxcd.io/force', 'Enabled', { replace: true }],
    ['kustomize.toolkit.fluxcd.io/prune', 'disabled', { prune: 'keep' }],
    ['kustomize.toolkit.fluxcd.io/reconcile', 'disabled', { apply: 'never' }],
    ['argocd.argoproj.io/sync-wave', '5', { wave: 5 }],
    ['argocd.argoproj.io/sync-wave', 'soon', {}],
    ['helm.sh/resource-policy', 'keep', { prune: 'keep' }],
  ];
  test.each(cases)('%s: %s', (annotation, value, expected) => {
    expect(decide({ [annotation]: value })).toEqual({ ...decide({}), ...expected });
  });

  test('our annotation wins over another tool’s', () => {
    const both = { 'kustomize.toolkit.fluxcd.io/ssa': 'Ignore', 'plumbline.dev/apply': 'always' };
    expect(decide(both).apply).toBe('always');
    expect(decide({ 'argocd.argoproj.io/sync-wave': '5', 'plumbline.dev/wave': '1' }).wave).toBe(1);
  });

  test('a rule that fits wins over the settings, a later one over an earlier one, and an annotation over both', () => {
    const rules: ObjectRule[] = [
      { kind: 'Deployment', drift: 'ignore', conflicts: 'force' },
      { kind: 'Deployment.apps', name: 'w*', drift: 'report' },
      { kind: 'StatefulSet', drift: 'correct' },
      { namespace: 'other', conflicts: 'yield' },
    ];
    expect(decide({}, rules)).toMatchObject({ drift: 'report', conflicts: 'force' });
    expect(decide({ 'plumbline.dev/drift': 'correct' }, rules).drift).toBe('correct');
  });

  test('what is ignored is gathered from all rules that fit', () => {
    const rules: ObjectRule[] = [
      { ignore: { fields: ['/spec/replicas'], managers: [] } },
      { kind: 'Deployment', ignore: { fields: ['/spec/paused'], managers: ['vpa-*'] } },
      { kind: 'Service', ignore: { fields: ['/spec/clusterIP'], managers: [] } },
    ];
    expect(decide({}, rules).ignore).toEqual({ fields: ['/spec/replicas', '/spec/paused'], managers: ['vpa-*'] });
  });
});

describe('mistakes in annotations', () => {
  test('name the annotation, what was found and what would be accepted', () => {
    expect(mistakesIn(deployment({ 'plumbline.dev/drift': 'off', 'plumbline.dev/wave': '1.5' }))).toEqual([
      'the annotation plumbline.dev/drift must be correct, report or ignore; found "off"',
      'the annotation plumbline.dev/wave must be a whole number; found "1.5"',
    ]);
  });

  test('of other tools are not ours to judge', () => {
    expect(mistakesIn(deployment({ 'kustomize.toolkit.fluxcd.io/ssa': 'x' }))).toEqual([]);
  });
});
