import type { KubernetesObject } from '../manifests/object.ts';
import type { FieldConflict } from './conflict.ts';
import type { Discovery } from './discovery.ts';
import type { Failure } from './failure.ts';
import type { LiveObject, ManagedFields } from './live-object.ts';
import type { Place, Resource } from './resource.ts';

export type ApplyOptions = {
  /** Field manager. */
  manager: string;
  /** Take fields over from other managers. */
  force: boolean;
  /** Say what would come of it, and change nothing. */
  dryRun: boolean;
};

export type Applied =
  | { outcome: 'applied'; object: LiveObject }
  | { outcome: 'conflict'; conflicts: FieldConflict[] }
  | { outcome: 'refused'; failure: Failure };

/** @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion */
export type Propagation = 'Background' | 'Foreground';

/** `other`: an object of another `uid` stands there now; it was left alone. */
export type Removed =
  | { outcome: 'gone' }
  | { outcome: 'terminating'; finalizers: string[] }
  | { outcome: 'other' }
  | { outcome: 'refused'; failure: Failure };

/** `previous`: of the container's run before the present one. `lines`: the last ones, at most. */
export type LogOptions = { container: string; previous: boolean; lines: number };

/**
 * One cluster, as one environment may see and change it.
 *
 * @throws TryAgainError (all functions) if the cluster can't be reached or is overloaded
 */
export type Cluster = {
  discover(): Promise<Discovery>;
  /** Server-side apply with strict field validation. */
  apply(resource: Resource, object: KubernetesObject, options: ApplyOptions): Promise<Applied>;
  /**
   * @param mustBeServed what is of a kind, or a version of it, that the cluster doesn't serve doesn't count as absent. Default: false
   * @throws RefusedError if it may not be read: that is not the same as absent
   */
  read(resource: Resource, place: Place, mustBeServed?: boolean): Promise<LiveObject | undefined>;
  /** All pages. @throws RefusedError if they may not be listed, MissingError if the kind is not served */
  list(resource: Resource, namespace: string, labelSelector: string, fieldSelector?: string): Promise<LiveObject[]>;
  /**
   * Deletes, if the object still has this `uid`.
   *
   * @param propagation what it owns goes after it (`Background`, the default) or before it (`Foreground`)
   */
  remove(resource: Resource, place: Place, uid: string, propagation?: Propagation): Promise<Removed>;
  /**
   * What a container of a pod wrote, as it stands. It is asked for once, and not waited for long.
   *
   * @throws PlumblineError if it can't be had, for whatever reason: a right that is missing, a node that doesn't answer
   */
  log(resource: Resource, pod: Place, options: LogOptions): Promise<string>;
  /** Rewrites who owns which fields. `stale`: the object changed since it was read; nothing was written. */
  reassign(resource: Resource, object: LiveObject, managedFields: ManagedFields[]): Promise<'written' | 'stale'>;
};
