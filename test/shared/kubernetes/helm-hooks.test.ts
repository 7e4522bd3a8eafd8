import { describe, expect, it } from 'vitest';
import { hookMistakes, hookOf, standApart } from '../../../shared/kubernetes/helm-hooks.ts';
import { configMap } from '../../support/manifests.ts';

const annotated = (annotations: Record<string, string>) => configMap('a', {}, { annotations });
const hook = (events: string, policy?: string, weight?: string) =>
  annotated({
    'helm.sh/hook': events,
    ...(policy !== undefined && { 'helm.sh/hook-delete-policy': policy }),
    ...(weight !== undefined && { 'helm.sh/hook-weight': weight }),
  });

describe('what is read of an object', () => {
  it('is nothing if it is no hook', () => {
    expect(hookOf(configMap('a'))).toBeUndefined();
    expect(hookOf(annotated({ 'helm.sh/hook-weight': '3' }))).toBeUndefined();
    expect(hookOf(hook(''))).toBeUndefined();
  });

  it('is its events, weight and delete policies, as Helm reads them', () => {
    expect(hookOf(hook(' Pre-Install, post-upgrade', 'hook-succeeded,hook-failed', '-5'))).toEqual({
      events: ['pre-install', 'post-upgrade'],
      weight: -5,
      deletion: ['hook-succeeded', 'hook-failed'],
    });
    expect(hookOf(hook('pre-delete'))).toEqual({
      events: ['pre-delete'],
      weight: 0,
      deletion: ['before-hook-creation'],
    });
  });

  it.each(['test', 'test-success', 'pre-rollback,post-rollback', 'crd-install'])('%s: is never run', (events) => {
    expect(hookOf(hook(events))?.events).toEqual([]);
    expect(hookMistakes(hook(events))).toEqual([]);
  });
});

describe('what can not be meant', () => {
  it.each([
    [hook('pre-instal'), /^"pre-instal" in the annotation helm\.sh\/hook is no hook of Helm; accepted are pre-install/],
    [hook('test,lunch'), /^"lunch"/],
    [
      hook('pre-install', 'never'),
      /^"never" in helm\.sh\/hook-delete-policy is unknown; accepted are before-hook-creation/,
    ],
    [hook('pre-install', undefined, '1.5'), /^helm\.sh\/hook-weight must be a whole number; found "1\.5"$/],
  ])('is told: %j', (object, message) => {
    expect(hookMistakes(object)).toEqual([expect.stringMatching(message)]);
  });
});

describe('two objects of one name', () => {
  it.each([
    ['hooks of different events', hook('pre-install'), hook('pre-upgrade'), true],
    ['hooks that share an event', hook('pre-install,pre-upgrade'), hook('pre-upgrade'), false],
    ['a hook and an object', hook('pre-install'), configMap('a'), false],
    ['two objects', configMap('a'), configMap('a'), false],
    ['an object and what is never run', configMap('a'), hook('test'), true],
  ])('%s: apart %s', (_, one, other, expected) => {
    expect(standApart(one, other)).toBe(expected);
    expect(standApart(other, one)).toBe(expected);
  });
});
