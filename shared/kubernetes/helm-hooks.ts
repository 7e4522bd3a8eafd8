import type { KubernetesObject } from '../manifests/object.ts';

/** @see https://helm.sh/docs/topics/charts_hooks/ */
const prefix = 'helm.sh/hook';
const eventNames = ['pre-install', 'post-install', 'pre-upgrade', 'post-upgrade', 'pre-delete', 'post-delete'] as const;
const policyNames = ['before-hook-creation', 'hook-succeeded', 'hook-failed'] as const;

/** What Helm knows, and nothing here ever does: a rollback is a commit, and tests are run by who tests. Helm drops `crd-install` itself. */
const neverRun = ['pre-rollback', 'post-rollback', 'test', 'test-success', 'test-failure', 'crd-install'];

export type HookEvent = (typeof eventNames)[number];
type HookDeletion = (typeof policyNames)[number];

/** When a hook is run, in what order, and when what it made is deleted. `events` is empty if it never is. */
export type HookSettings = { events: HookEvent[]; weight: number; deletion: HookDeletion[] };

const isEvent = (name: string): name is HookEvent => (eventNames as readonly string[]).includes(name);
const isDeletion = (name: string): name is HookDeletion => (policyNames as readonly string[]).includes(name);

const annotationsOf = ({ metadata }: KubernetesObject): Record<string, unknown> => metadata.annotations ?? {};

function listIn(object: KubernetesObject, annotation: string): string[] {
  const value = annotationsOf(object)[annotation];
  if (value === undefined || value === null) return [];
  return String(value)
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

/** The hook that an object is. Undefined: an object like any other. */
export function hookOf(object: KubernetesObject): HookSettings | undefined {
  const names = listIn(object, prefix);
  if (names.length === 0) return undefined;
  const weight = Number(annotationsOf(object)[`${prefix}-weight`] ?? 0);
  const deletion = listIn(object, `${prefix}-delete-policy`).filter(isDeletion);
  return {
    events: names.filter(isEvent),
    weight: Number.isInteger(weight) ? weight : 0,
    deletion: deletion.length === 0 ? ['before-hook-creation'] : deletion,
  };
}

/** What is wrong with the annotations of a hook. */
export function hookMistakes(object: KubernetesObject): string[] {
  const known: string[] = [...eventNames, ...neverRun];
  const weight = annotationsOf(object)[`${prefix}-weight`];
  return [
    ...listIn(object, prefix)
      .filter((name) => !known.includes(name))
      .map((name) => `"${name}" in the annotation ${prefix} is no hook of Helm; accepted are ${known.join(', ')}`),
    ...listIn(object, `${prefix}-delete-policy`)
      .filter((name) => !isDeletion(name))
      .map((name) => `"${name}" in ${prefix}-delete-policy is unknown; accepted are ${policyNames.join(', ')}`),
    ...(weight === undefined || /^\s*[+-]?\d{1,9}\s*$/.test(String(weight))
      ? []
      : [`${prefix}-weight must be a whole number; found "${weight}"`]),
  ];
}

/**
 * Whether two objects of one identity never stand beside each other: hooks of different events may share a name, an object and a hook
 * may not. What is never run stands beside nothing.
 */
export function standApart(one: KubernetesObject, other: KubernetesObject): boolean {
  const [mine, theirs] = [hookOf(one)?.events, hookOf(other)?.events];
  if (mine?.length === 0 || theirs?.length === 0) return true;
  return mine !== undefined && theirs !== undefined && mine.every((event) => !theirs.includes(event));
}
