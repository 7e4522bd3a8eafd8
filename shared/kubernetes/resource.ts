import { groupOf } from '../manifests/object.ts';

/** One kind as a cluster serves it at one version. */
export type Resource = {
  /** `''` for the core group. */
  group: string;
  version: string;
  kind: string;
  /** The name in paths, e.g. `deployments`. */
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
};

/** Where one object stands. `namespace` is `''` for cluster-scoped ones. */
export type Place = { namespace: string; name: string };

/** Finds the resource of a kind. */
export type Resources = {
  /** Exactly this version, as it would be applied. */
  find(apiVersion: string, kind: string): Resource | undefined;
  /** This version, or else another one of the same group: the objects are the same. */
  findAny(apiVersion: string, kind: string): Resource | undefined;
};

/** `all` in order of preference: the first version of a group and kind is the one that `findAny` falls back to. */
export function indexResources(all: readonly Resource[]): Resources {
  const exact = new Map<string, Resource>();
  const byKind = new Map<string, Resource>();
  for (const resource of all) {
    keepFirst(exact, `${apiVersionOf(resource)} ${resource.kind}`, resource);
    keepFirst(byKind, `${resource.group} ${resource.kind}`, resource);
  }
  const find = (apiVersion: string, kind: string) => exact.get(`${apiVersion} ${kind}`);
  return {
    find,
    findAny: (apiVersion, kind) => find(apiVersion, kind) ?? byKind.get(`${groupOf(apiVersion)} ${kind}`),
  };
}

function keepFirst(map: Map<string, Resource>, key: string, resource: Resource): void {
  if (!map.has(key)) map.set(key, resource);
}

export const apiVersionOf = ({ group, version }: { group: string; version: string }) =>
  group === '' ? version : `${group}/${version}`;

/** The path of all objects of a kind in a namespace (`''`: cluster-scoped ones, or those of every namespace). */
export function collectionPath({ group, version, plural }: Resource, namespace: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === '' ? `${root}/${plural}` : `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

export const objectPath = (resource: Resource, { namespace, name }: Place) =>
  `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
