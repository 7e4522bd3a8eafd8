import { hashOf } from '../manifests/canonical.ts';
import { type Field, type FieldSet, fieldsOf, omit, pick, subtract, union } from './field-set.ts';
import type { LiveObject, ManagedFields } from './live-object.ts';

/** Who owns what of a live object, by its `managedFields`. All functions here are for one manager of ours. */

const entriesOf = ({ metadata }: LiveObject): ManagedFields[] => metadata.managedFields ?? [];

const isOurs = (entry: ManagedFields, manager: string) =>
  entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined;

/** Whether this manager ever applied the object as it stands. */
export const isAppliedBy = (object: LiveObject, manager: string) =>
  entriesOf(object).some((entry) => isOurs(entry, manager));

/** What our last apply said. Empty if there was none. */
export function fieldsOwnedBy(object: LiveObject, manager: string): FieldSet {
  return entriesOf(object).find((entry) => isOurs(entry, manager))?.fieldsV1 ?? {};
}

/**
 * A hash of the fields that we own and their live values: another one means that somebody changed a field of ours, or took it over.
 * What others own, such as the status or an autoscaler's replicas, doesn't count.
 */
export function hashOwned(object: LiveObject, manager: string): string {
  const owned = fieldsOwnedBy(object, manager);
  return Object.keys(owned).length === 0 ? '' : hashOf(pick(object, owned));
}

/** Managers whose additions are undone: what people do by hand, and what stood there before fields were managed. */
export function isUndone(manager: string): boolean {
  return manager.startsWith('kubectl') || manager === 'before-first-apply';
}

function isForeign(entry: ManagedFields): boolean {
  return isUndone(entry.manager ?? '') && entry.subresource !== 'status' && entry.fieldsV1 !== undefined;
}

/**
 * An object without what only others own that are none of our business: controllers write whenever they like.
 *
 * @param owners the object, perhaps at another time, that says who owns what
 */
export function withoutOthers(object: LiveObject, owners: LiveObject, manager: string): LiveObject {
  const ours = fieldsOwnedBy(owners, manager);
  const theirs = entriesOf(owners).filter((entry) => !isForeign(entry) && !isOurs(entry, manager));
  return theirs.reduce<unknown>(
    (rest, { fieldsV1 = {} }) => omit(rest, subtract(fieldsV1, ours)),
    object,
  ) as LiveObject;
}

export type ForeignField = Field & { manager: string; time: string | undefined };

/** What managers of the undo list added that we don't say: a sidecar, an environment variable, an annotation. */
export function foreignFields(object: LiveObject, manager: string): ForeignField[] {
  const ours = fieldsOwnedBy(object, manager);
  return entriesOf(object)
    .filter(isForeign)
    .flatMap(({ manager: name = '', time, fieldsV1 = {} }) =>
      fieldsOf(subtract(withoutStatus(fieldsV1), ours), object).map((field) => ({ ...field, manager: name, time })),
    );
}

/**
 * The object's `managedFields` with the undo list's entries moved into ours. Our next apply then removes whatever it doesn't say,
 * since nobody else owns it any more.
 *
 * @see https://pkg.go.dev/k8s.io/client-go/util/csaupgrade, which moves kubectl's client-side entries in the same way
 */
export function takeOver(object: LiveObject, manager: string): ManagedFields[] {
  const entries = entriesOf(object);
  const foreign = entries.filter(isForeign);
  const ours = entries.find((entry) => isOurs(entry, manager)) ?? newEntry(object, manager, foreign);
  const fieldsV1 = foreign.reduce((set, entry) => union(set, withoutStatus(entry.fieldsV1 ?? {})), ours.fieldsV1 ?? {});
  const others = entries.filter((entry) => !isForeign(entry) && !isOurs(entry, manager));
  return [...others, { ...ours, fieldsV1 }];
}

function newEntry(object: LiveObject, manager: string, foreign: readonly ManagedFields[]): ManagedFields {
  const apiVersion = foreign[0]?.apiVersion ?? object.apiVersion;
  return { manager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1: {} };
}

function withoutStatus({ 'f:status': _, ...others }: FieldSet): FieldSet {
  return others;
}
