import { matchesWildcard } from '../wildcard.ts';
import { divide, withoutCovered } from './covered.ts';
import { type Field, type FieldSet, fieldsOf, omit, subtract } from './field-set.ts';
import type { LiveObject, ManagedFields } from './live-object.ts';
import { strict, type Tolerance } from './object-policy.ts';
import { type Claim, entriesOf, fieldsOwnedBy, isOurs, nobody, reassigned } from './ownership.ts';
import { enforceLabel } from './pod-security/level.ts';

/** What others added to an object: which of it is undone, and which is none of our business. */

/** Managers whose additions are undone: what people do by hand, and what stood there before fields were managed. */
export function isUndone(manager: string): boolean {
  return manager.startsWith('kubectl') || manager === nobody;
}

export const isIgnored = (manager: string, { ignore }: Tolerance) =>
  ignore.managers.some((pattern) => matchesWildcard(manager, pattern));

/** Set by `kubectl rollout restart`. To take it away would restart the pods once more. */
export const restartMark = '/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt';

/** Set by an administrator, as `plumbline rbac` says them: of a Namespace that stands in Git as well, they are not ours to remove. */
const podSecurityMark = `/metadata/labels/${enforceLabel.replace('/', '~1')}`;

function claimOf(entry: ManagedFields, object: LiveObject, tolerance: Tolerance): Claim {
  const { manager = '', subresource, fieldsV1 = {} } = entry;
  const isLeft = tolerance.additions === 'keep' || isIgnored(manager, tolerance);
  if (!isUndone(manager) || subresource === 'status' || isLeft) return { taken: {}, left: fieldsV1 };
  const { covered, rest } = divide(fieldsV1, object, [...tolerance.ignore.fields, restartMark, podSecurityMark]);
  return { taken: withoutStatus(rest), left: covered };
}

export function withoutStatus({ 'f:status': _, ...others }: FieldSet): FieldSet {
  return others;
}

/**
 * An object without what is none of our business: what is ignored, and what only others own, except for what is to be undone.
 * Controllers write whenever they like.
 *
 * @param owners the object, perhaps at another time, that says who owns what
 */
export function withoutOthers(
  object: LiveObject,
  owners: LiveObject,
  manager: string,
  tolerance: Tolerance = strict,
): LiveObject {
  const ours = fieldsOwnedBy(owners, manager);
  const rest = entriesOf(owners)
    .filter((entry) => !isOurs(entry, manager))
    .reduce<unknown>((left, entry) => omit(left, subtract(claimOf(entry, owners, tolerance).left, ours)), object);
  return withoutCovered(rest, tolerance.ignore.fields) as LiveObject;
}

export type ForeignField = Field & { manager: string; time: string | undefined };

/** What managers of the undo list added that we don't say: a sidecar, an environment variable, an annotation. */
export function foreignFields(object: LiveObject, manager: string, tolerance: Tolerance = strict): ForeignField[] {
  const ours = fieldsOwnedBy(object, manager);
  return entriesOf(object).flatMap((entry) => {
    const { manager: name = '', time } = entry;
    const added = subtract(claimOf(entry, object, tolerance).taken, ours);
    return fieldsOf(added, object).map((field) => ({ ...field, manager: name, time }));
  });
}

/** The object's `managedFields` with what managers of the undo list have moved into ours. */
export const takeOver = (object: LiveObject, manager: string, tolerance: Tolerance = strict): ManagedFields[] =>
  reassigned(object, manager, (entry) => claimOf(entry, object, tolerance));
