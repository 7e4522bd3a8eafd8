import type { KubernetesObject } from '../manifests/object.ts';

export type HookEvent = 'pre-install' | 'post-install' | 'pre-upgrade' | 'post-upgrade' | 'pre-delete' | 'post-delete';
type HookDeletion = 'before-hook-creation' | 'hook-succeeded' | 'hook-failed';

/** When a hook is run, in what order, and when what it made is deleted. `events` is empty if it never is. */
export type HookSettings = { events: HookEvent[]; weight: number; deletion: HookDeletion[] };

/** How a tool says that an object is a hook: the names of its annotations, and what their values mean here. */
type Dialect = {
  tool: string;
  events: { annotation: string; meanings: Readonly<Record<string, readonly HookEvent[]>> };
  deletion: { annotation: string; meanings: Readonly<Record<string, HookDeletion>> };
  weight: string;
};

const never: readonly HookEvent[] = [];

/**
 * What is never run here: a rollback is a commit, and tests are run by who tests. Helm drops `crd-install` itself.
 *
 * @see https://helm.sh/docs/topics/charts_hooks/
 */
const helm: Dialect = {
  tool: 'Helm',
  events: {
    annotation: 'helm.sh/hook',
    meanings: {
      'pre-install': ['pre-install'],
      'post-install': ['post-install'],
      'pre-upgrade': ['pre-upgrade'],
      'post-upgrade': ['post-upgrade'],
      'pre-delete': ['pre-delete'],
      'post-delete': ['post-delete'],
      'pre-rollback': never,
      'post-rollback': never,
      test: never,
      'test-success': never,
      'test-failure': never,
      'crd-install': never,
    },
  },
  deletion: {
    annotation: 'helm.sh/hook-delete-policy',
    meanings: {
      'before-hook-creation': 'before-hook-creation',
      'hook-succeeded': 'hook-succeeded',
      'hook-failed': 'hook-failed',
    },
  },
  weight: 'helm.sh/hook-weight',
};

/**
 * A sync is the application of a changed artifact. `Sync` is left out: there is no moment at which everything that such a hook needs is
 * there and nothing that waits for it, so whoever moves here says which of the two he means. Who hears of a failure needs no `SyncFail`.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/
 */
const argo: Dialect = {
  tool: 'Argo CD',
  events: {
    annotation: 'argocd.argoproj.io/hook',
    meanings: {
      PreSync: ['pre-install', 'pre-upgrade'],
      PostSync: ['post-install', 'post-upgrade'],
      PreDelete: ['pre-delete'],
      PostDelete: ['post-delete'],
      SyncFail: never,
      Skip: never,
    },
  },
  deletion: {
    annotation: 'argocd.argoproj.io/hook-delete-policy',
    meanings: {
      BeforeHookCreation: 'before-hook-creation',
      HookSucceeded: 'hook-succeeded',
      HookFailed: 'hook-failed',
    },
  },
  weight: 'argocd.argoproj.io/sync-wave',
};

const annotationsOf = ({ metadata }: KubernetesObject): Record<string, unknown> => metadata.annotations ?? {};

function listIn(object: KubernetesObject, annotation: string): string[] {
  const value = annotationsOf(object)[annotation];
  if (value === undefined || value === null) return [];
  return String(value)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Argo CD's own annotation before Helm's, as in Argo CD. */
const dialectOf = (object: KubernetesObject): Dialect | undefined =>
  [argo, helm].find(({ events }) => listIn(object, events.annotation).length > 0);

/** What a name means, in whatever case it is written. */
function meaningOf<Meaning>(meanings: Readonly<Record<string, Meaning>>, name: string): Meaning | undefined {
  return Object.entries(meanings).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
}

/** The hook that an object is. Undefined: an object like any other. */
export function hookOf(object: KubernetesObject): HookSettings | undefined {
  const dialect = dialectOf(object);
  if (dialect === undefined) return undefined;
  const { events, deletion, weight } = dialect;
  const place = Number(annotationsOf(object)[weight] ?? 0);
  const policies = listIn(object, deletion.annotation).flatMap((name) => meaningOf(deletion.meanings, name) ?? []);
  return {
    events: listIn(object, events.annotation).flatMap((name) => meaningOf(events.meanings, name) ?? []),
    weight: Number.isInteger(place) ? place : 0,
    deletion: policies.length === 0 ? ['before-hook-creation'] : policies,
  };
}

/** What is wrong with the annotations of a hook. */
export function hookMistakes(object: KubernetesObject): string[] {
  const { tool, events, deletion, weight: place } = dialectOf(object) ?? helm;
  const weight = annotationsOf(object)[place];
  const unknown = (annotation: string, meanings: Readonly<Record<string, unknown>>) =>
    listIn(object, annotation).filter((name) => meaningOf(meanings, name) === undefined);
  const accepted = (meanings: Readonly<Record<string, unknown>>) => Object.keys(meanings).join(', ');
  return [
    ...unknown(events.annotation, events.meanings).map(
      (name) =>
        `"${name}" in the annotation ${events.annotation} can't be run as a hook of ${tool}; accepted are ${accepted(events.meanings)}`,
    ),
    ...unknown(deletion.annotation, deletion.meanings).map(
      (name) => `"${name}" in ${deletion.annotation} is unknown; accepted are ${accepted(deletion.meanings)}`,
    ),
    ...(weight === undefined || /^\s*[+-]?\d{1,9}\s*$/.test(String(weight))
      ? []
      : [`${place} must be a whole number; found "${weight}"`]),
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
