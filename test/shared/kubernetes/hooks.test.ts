import { describe, expect, it } from 'vitest';
import { hookMistakes, hookOf, standApart } from '../../../shared/kubernetes/hooks.ts';
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

const argoHook = (phases: string, policy?: string, wave?: string) =>
  annotated({
    'argocd.argoproj.io/hook': phases,
    ...(policy !== undefined && { 'argocd.argoproj.io/hook-delete-policy': policy }),
    ...(wave !== undefined && { 'argocd.argoproj.io/sync-wave': wave }),
  });

describe("what is read of an object with Argo CD's annotations", () => {
  it.each([
    ['PreSync', ['pre-install', 'pre-upgrade']],
    ['PostSync', ['post-install', 'post-upgrade']],
    ['PreDelete,PostDelete', ['pre-delete', 'post-delete']],
    ['SyncFail', []],
    ['Skip', []],
  ])('is its phase: %s', (phases, events) => {
    expect(hookOf(argoHook(phases))).toEqual({ events, weight: 0, deletion: ['before-hook-creation'] });
    expect(hookMistakes(argoHook(phases))).toEqual([]);
  });

  it('is its wave and delete policies', () => {
    expect(hookOf(argoHook('presync', 'HookSucceeded, hookfailed', '-2'))).toMatchObject({
      weight: -2,
      deletion: ['hook-succeeded', 'hook-failed'],
    });
  });

  it("counts before Helm's, as in Argo CD", () => {
    const both = annotated({ 'helm.sh/hook': 'pre-delete', 'argocd.argoproj.io/hook': 'Skip' });
    expect(hookOf(both)?.events).toEqual([]);
  });

  it('makes no hook of an object that only has a wave', () => {
    expect(hookOf(annotated({ 'argocd.argoproj.io/sync-wave': '1' }))).toBeUndefined();
  });
});

describe('what can not be meant', () => {
  it.each([
    [
      hook('pre-instal'),
      /^"pre-instal" in the annotation helm\.sh\/hook can't be run as a hook of Helm; accepted are pre-install/,
    ],
    [
      argoHook('Sync'),
      /^"Sync" in the annotation argocd\.argoproj\.io\/hook can't be run as a hook of Argo CD; accepted are PreSync, PostSync/,
    ],
    [
      argoHook('PreSync', 'Never'),
      /^"Never" in argocd\.argoproj\.io\/hook-delete-policy is unknown; accepted are Before/,
    ],
    [
      argoHook('PreSync', undefined, 'first'),
      /^argocd\.argoproj\.io\/sync-wave must be a whole number; found "first"$/,
    ],
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
