import { isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { type ApplicationName, applicationLabel, labelValue } from './names.ts';

/** What the API server sets, and refuses or misreads when it is sent. */
const serverFields = [
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
];

type Options = { name: ApplicationName; namespaced: boolean; defaultNamespace: string };

/** An object as it is sent: in its namespace, with our label, and without what only a server writes. */
export function prepareObject(
  original: KubernetesObject,
  { name, namespaced, defaultNamespace }: Options,
): KubernetesObject {
  const object = normalizeObject(original);
  const { namespace: own, ...metadata } = object.metadata;
  const namespace = namespaced ? { namespace: own || defaultNamespace } : {};
  const labels = { ...metadata.labels, [applicationLabel]: labelValue(name) };
  return { ...object, metadata: { ...metadata, ...namespace, labels } };
}

/** An object of Git as the server would understand it, without what is not Git's to say. */
export function normalizeObject({ status: _, ...object }: KubernetesObject): KubernetesObject {
  const metadata = withoutEmptyMaps(withoutKeys(object.metadata, serverFields)) as Metadata;
  return withPlainRules(withEncodedStrings(withPlainTemplate({ ...object, metadata } as KubernetesObject)));
}

type Metadata = KubernetesObject['metadata'];

function withoutKeys(value: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

/**
 * Without `labels: {}` and `annotations: null`. They say nothing, yet whoever sends them owns the whole map (tried), and would take
 * what a controller writes there for drift.
 */
function withoutEmptyMaps(metadata: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (value: unknown) => value === null || (isPlainObject(value) && Object.keys(value).length === 0);
  return withoutKeys(
    metadata,
    ['labels', 'annotations'].filter((key) => isEmpty(metadata[key])),
  );
}

/** The same for the metadata of pods in a template. */
function withPlainTemplate(object: KubernetesObject): KubernetesObject {
  const { spec } = object;
  if (!isPlainObject(spec) || !isPlainObject(spec.template) || !isPlainObject(spec.template.metadata)) return object;
  const template = { ...spec.template, metadata: withoutEmptyMaps(spec.template.metadata) };
  return { ...object, spec: { ...spec, template } };
}

/**
 * A Secret's `stringData` as `data`. The server would do the same, but then nobody would own `data`, and a key that is taken out
 * of Git would stay.
 */
function withEncodedStrings(object: KubernetesObject): KubernetesObject {
  const { stringData, ...others } = object;
  if (!isSecret(object) || !isPlainObject(stringData)) return object;
  // What isn't a string stays as it is, for the server to refuse.
  const encode = (value: unknown) => (typeof value === 'string' ? Buffer.from(value).toString('base64') : value);
  const encoded = Object.entries(stringData).map(([key, value]) => [key, encode(value)]);
  const data = isPlainObject(object.data) ? object.data : {};
  return {
    ...others,
    metadata: object.metadata,
    data: { ...data, ...Object.fromEntries(encoded) },
  } as KubernetesObject;
}

/** The rules of an aggregated ClusterRole are written by a controller; ours would be fought over. */
function withPlainRules(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'ClusterRole' || object.aggregationRule === undefined) return object;
  const { rules: _, ...others } = object;
  return others as KubernetesObject;
}

export const isSecret = ({ apiVersion, kind }: KubernetesObject) => apiVersion === 'v1' && kind === 'Secret';
