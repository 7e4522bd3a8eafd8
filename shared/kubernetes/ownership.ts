import { hashOfText } from '../manifests/canonical.ts';
import { divide, withoutCovered } from './covered.ts';
import { type FieldSet, isWhole, pickedText, union } from './field-set.ts';
import type { LiveObject, ManagedFields } from './live-object.ts';
import { strict, type Tolerance } from './object-policy.ts';

/** Who owns what of a live object, by its `managedFields`. All functions here are for one manager of ours. */

export const entriesOf = ({ metadata }: LiveObject): ManagedFields[] => metadata.managedFields ?? [];

export const isOurs = (entry: ManagedFields, manager: string) =>
  entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined;

/** Whether this manager ever applied the object as it stands. */
export const isAppliedBy = (object: LiveObject, manager: string) =>
  entriesOf(object).some((entry) => isOurs(entry, manager));

/** What our last apply said. Empty if there was none. */
export function fieldsOwnedBy(object: LiveObject, manager: string): FieldSet {
  return entriesOf(object).find((entry) => isOurs(entry, manager))?.fieldsV1 ?? {};
}

/** What anybody else owns, whoever it is. */
export const fieldsOwnedByOthers = (object: LiveObject, manager: string): FieldSet =>
  entriesOf(object)
    .filter((entry) => !isOurs(entry, manager))
    .reduce<FieldSet>((set, { fieldsV1 = {} }) => union(set, fieldsV1), {});

/**
 * A hash of the fields that we own and their live values: another one means that somebody changed a field of ours, or took it over.
 * What others own, such as the status or an autoscaler's replicas, doesn't count, nor does what is ignored.
 */
export function hashOwned(object: LiveObject, manager: string, { ignore }: Tolerance = strict): string {
  const owned = divide(fieldsOwnedBy(object, manager), object, ignore.fields).rest;
  return isWhole(owned) ? '' : hashOfText(pickedText(withoutCovered(object, ignore.fields), owned) ?? '');
}

/** What of an entry's fields becomes ours, and what stays. */
export type Claim = { taken: FieldSet; left: FieldSet };

/**
 * The object's `managedFields` with some fields of others moved into ours. Our next apply then removes those of them that it doesn't
 * say and nobody else owns.
 *
 * @see https://pkg.go.dev/k8s.io/client-go/util/csaupgrade, which moves kubectl's client-side entries in the same way
 */
export function reassigned(
  object: LiveObject,
  manager: string,
  claim: (entry: ManagedFields) => Claim,
): ManagedFields[] {
  const entries = entriesOf(object);
  const ours = entries.find((entry) => isOurs(entry, manager));
  const others = new Map(entries.filter((entry) => entry !== ours).map((entry) => [entry, claim(entry)]));
  const taken = [...others].filter(([, { taken: set }]) => !isWhole(set));
  const apiVersion = taken[0]?.[0].apiVersion ?? object.apiVersion;
  const base = ours ?? { manager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1' };
  const fieldsV1 = taken.reduce((set, [, each]) => union(set, each.taken), base.fieldsV1 ?? {});
  const next = entries.flatMap((entry): ManagedFields[] => {
    const { left = fieldsV1 } = others.get(entry) ?? {};
    return isWhole(left) ? [] : [{ ...entry, fieldsV1: left }];
  });
  return ours !== undefined || isWhole(fieldsV1) ? next : [...next, { ...base, fieldsV1 }];
}

/** Whose entry stands for what was there before anybody applied. kubectl and Flux know the name, too. */
export const nobody = 'before-first-apply';

/** The object's `managedFields` once we have let go of it: nobody owns what we had said, and whoever applies it next takes that over. */
export const released = (object: LiveObject, manager: string): ManagedFields[] =>
  entriesOf(object).map((entry) =>
    isOurs(entry, manager) ? { ...entry, manager: nobody, operation: 'Update' } : entry,
  );
