import { isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { isUndone } from './additions.ts';
import { type Difference, differences } from './difference.ts';
import { type FieldSet, omit, subtract, union } from './field-set.ts';
import type { LiveObject, ManagedFields } from './live-object.ts';
import { applicationLabel, managerPrefix } from './names.ts';
import { entriesOf } from './ownership.ts';
import { part } from './planned-difference.ts';
import { normalizeObject } from './prepare.ts';
import { isSameQuantity } from './quantity.ts';
import { hasKnownDefaults, isLeftOut, withoutDefaults } from './server-defaults.ts';

type Circumstances = {
  /** An autoscaler sets its replicas, so what Git says of them doesn't count. */
  isAutoscaled?: boolean;
};

/**
 * What applying `desired` would change of `live`, as far as it can be said without asking the API server. What Git doesn't say counts
 * where nobody else may say it either: what Plumbline owns, and what was set by hand (`kubectl`). Without `managedFields`, that is
 * everything but the server's defaults.
 */
export function offlineDifferences(
  live: KubernetesObject,
  desired: KubernetesObject,
  { isAutoscaled = false }: Circumstances = {},
): Difference[] {
  const { ours, theirs } = ownersOf(live);
  const left = isAutoscaled ? union(theirs, fieldSetOf(['spec', 'replicas'])) : theirs;
  const wanted = omit(sayAsServer(normalizeObject(desired), live), left) as KubernetesObject;
  const known = withoutMarks(omit(normalizeObject(live), left) as KubernetesObject, wanted);
  const owned = withoutDefaults(ours === undefined ? known : part(known, ours));
  return differences(relevant(known, owned, wanted) as KubernetesObject, wanted);
}

type Owners = {
  /** Fields that are to go when Git no longer says them. Undefined: nobody knows. */
  ours: FieldSet | undefined;
  /** Fields that are left to others, whatever Git says: Plumbline has been there, and doesn't own them. */
  theirs: FieldSet;
};

function ownersOf(live: KubernetesObject): Owners {
  const entries = entriesOf(live as LiveObject).filter(({ subresource }) => subresource !== 'status');
  if (entries.length === 0) return { ours: undefined, theirs: {} };
  const isOurs = ({ manager = '' }: ManagedFields) => manager.startsWith(managerPrefix);
  const mine = entries.filter((entry) => isOurs(entry) || isUndone(entry.manager ?? ''));
  const ours = fieldsOf(mine);
  const others = fieldsOf(entries.filter((entry) => !mine.includes(entry)));
  return { ours, theirs: entries.some(isOurs) ? subtract(others, ours) : {} };
}

const fieldsOf = (entries: readonly ManagedFields[]) =>
  entries.reduce<FieldSet>((set, { fieldsV1 = {} }) => union(set, fieldsV1), {});

/** What tools leave of themselves on an object, and no manifest says: unless this one does. */
const marks: readonly (readonly string[])[] = [
  ['metadata', 'labels', applicationLabel],
  ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
  ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'],
];

const withoutMarks = (live: KubernetesObject, wanted: KubernetesObject): KubernetesObject =>
  marks
    .filter((mark) => readPath(wanted, mark) === undefined)
    .reduce<unknown>((rest, mark) => omit(rest, fieldSetOf(mark)), live) as KubernetesObject;

const readPath = (object: unknown, path: readonly string[]) =>
  path.reduce<unknown>((value, key) => (isPlainObject(value) ? value[key] : undefined), object);

const fieldSetOf = (path: readonly string[]): FieldSet =>
  path.reduceRight<FieldSet>((below, key) => ({ [`f:${key}`]: below }), {});

/** `desired` as the server would write it: in its namespace, quantities in its spelling, and without the zeros that it leaves out. */
function sayAsServer(desired: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const { namespace = live.metadata.namespace } = desired.metadata;
  const metadata = { ...desired.metadata, ...(namespace !== undefined && { namespace }) };
  const keepsZeros = !hasKnownDefaults(desired);
  return respell({ ...desired, metadata }, live, { isQuantity: false, isMap: false, keepsZeros }) as KubernetesObject;
}

const holdsQuantities = new Set(['limits', 'requests', 'capacity', 'hard', 'sizeLimit']);

/** Of these, every key is somebody's own, and stays whatever its value is. */
const maps = new Set([
  'data',
  'binaryData',
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'selector',
  'parameters',
]);

type Spelling = { isQuantity: boolean; isMap: boolean; keepsZeros: boolean };

function respell(desired: unknown, live: unknown, spelling: Spelling): unknown {
  if (spelling.isQuantity && isSameQuantity(desired, live)) return live;
  if (Array.isArray(desired))
    return desired.map((item, index) => respell(item, partnerOf(item, index, live), spelling));
  if (!isPlainObject(desired) || !isPlainObject(live)) return desired;
  const keepsAll = spelling.keepsZeros || spelling.isMap;
  const entries = Object.entries(desired)
    .filter(([key, value]) => keepsAll || Object.hasOwn(live, key) || !isLeftOut(key, value))
    .map(([key, value]) => {
      const isQuantity = spelling.isQuantity || holdsQuantities.has(key);
      return [key, respell(value, live[key], { ...spelling, isQuantity, isMap: maps.has(key) })];
    });
  return Object.fromEntries(entries);
}

/** What of the live object is to be compared: what is wanted, and what is owned. A map of which only others own something isn't. */
function relevant(live: unknown, owned: unknown, wanted: unknown): unknown {
  if (Array.isArray(live)) return relevantItems(live, owned, wanted);
  if (!isPlainObject(live)) return live;
  const [mine, said] = [isPlainObject(owned) ? owned : {}, isPlainObject(wanted) ? wanted : {}];
  const keys = Object.keys(live).filter(
    (key) => Object.hasOwn(said, key) || (Object.hasOwn(mine, key) && !isLeft(mine[key], live[key])),
  );
  return Object.fromEntries(keys.map((key) => [key, relevant(live[key], mine[key], said[key])]));
}

const isEmptyMap = (value: unknown) => isPlainObject(value) && Object.keys(value).length === 0;
const isLeft = (owned: unknown, live: unknown) => isEmptyMap(owned) && !isEmptyMap(live);

function relevantItems(live: readonly unknown[], owned: unknown, wanted: unknown): unknown[] {
  return live.flatMap((item, index) => {
    const [mine, said] = [owned, wanted].map((other) => partnerOf(item, index, other));
    return mine === undefined && said === undefined ? [] : [relevant(item, mine, said)];
  });
}

/** The item of another list that an item stands for: by its name or, where items have none, by its place. */
function partnerOf(item: unknown, index: number, others: unknown): unknown {
  if (!Array.isArray(others)) return undefined;
  const name = nameOf(item);
  return name === undefined ? others[index] : others.find((other) => nameOf(other) === name);
}

const nameOf = (item: unknown) => (isPlainObject(item) && typeof item.name === 'string' ? item.name : undefined);
