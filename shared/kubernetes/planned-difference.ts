import type { KubernetesObject } from '../manifests/object.ts';
import { absent, type Difference, differences } from './difference.ts';
import { type FieldSet, isWhole, keep, union } from './field-set.ts';
import type { LiveObject } from './live-object.ts';
import { fieldsOwnedBy } from './ownership.ts';

/** Stands for a value that is in the cluster and didn't come from Git: whoever may write to Git need not be allowed to read the cluster. */
const notFromGit = '(not from Git)';

/**
 * What an apply would change of an object, as far as it is this manager's, before or after. What others own is neither told nor shown:
 * of a field that would be taken over, only its new value.
 *
 * @param after the answer to the apply's dry run
 */
export function plannedDifferences(before: LiveObject, after: LiveObject, manager: string): Difference[] {
  const [had, has] = [fieldsOwnedBy(before, manager), fieldsOwnedBy(after, manager)];
  const ours = part(before, had);
  const hidden = new Set(differences(ours, part(before, union(had, has))).map(({ field }) => field));
  return differences(ours, part(after, has)).map((difference) =>
    difference.from === absent && hidden.has(difference.field) ? { ...difference, from: notFromGit } : difference,
  );
}

/** An object with only some of its fields, and what it is. */
export function part(object: KubernetesObject, fields: FieldSet): KubernetesObject {
  const { apiVersion, kind } = object;
  const kept = isWhole(fields) ? {} : (keep(object, fields) as Partial<KubernetesObject>);
  return { ...kept, apiVersion, kind, metadata: { ...kept.metadata, name: object.metadata.name } };
}
