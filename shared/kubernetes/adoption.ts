import { isDeepStrictEqual } from 'node:util';
import { matchesWildcard } from '../wildcard.ts';
import { isIgnored, isUndone, restartMark, withoutStatus } from './additions.ts';
import { divide } from './covered.ts';
import { isWhole } from './field-set.ts';
import { describeKeeper, type Keeper, traitsOf } from './keepers.ts';
import type { LiveObject, ManagedFields } from './live-object.ts';
import { managerPrefix } from './names.ts';
import type { Tolerance } from './object-policy.ts';
import { type Claim, entriesOf, isOurs, reassigned } from './ownership.ts';

/** How an object that somebody else made becomes ours, with everything that they own of it, so that our first apply leaves nothing of them. */

/** What `kubectl apply` keeps for itself. */
const kubectlMark = '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration';

/**
 * What the API server chose when the object was made, and wouldn't choose again. It is written down as if the object's maker had said
 * it, so it goes to nobody and stays.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/ (DefaultIngressClass, DefaultStorageClass)
 */
const chosen: Record<string, readonly string[]> = {
  Ingress: ['/spec/ingressClassName'],
  PersistentVolumeClaim: ['/spec/storageClassName', '/spec/volumeName'],
  Service: ['/spec/clusterIP', '/spec/clusterIPs', '/spec/healthCheckNodePort', '/spec/ports/*/nodePort'],
};

export type Adoption = {
  live: LiveObject;
  /** Tools that kept it. */
  keepers: readonly Keeper[];
  /** Managers whose fields become ours. */
  managers: readonly string[];
  tolerance: Tolerance;
};

type Context = Pick<Adoption, 'keepers' | 'tolerance'> & { manager: string };

/**
 * What there is to take over of an object that is not known to be ours, if anything is. Another application's is never taken.
 *
 * @param context.manager ours
 */
export function adoptionOf(live: LiveObject, { manager, keepers, tolerance }: Context): Adoption | undefined {
  const others = entriesOf(live).filter((entry) => !isOurs(entry, manager));
  if (others.some((entry) => entry.manager?.startsWith(managerPrefix) && entry.manager !== manager)) return undefined;
  const taken = others.filter((entry) => isTaken(entry, live, { keepers, tolerance }));
  const adoption = { live, keepers, tolerance, managers: [...new Set(taken.map((entry) => entry.manager ?? ''))] };
  return isDeepStrictEqual(adopted(live, manager, adoption), entriesOf(live)) ? undefined : adoption;
}

/** People's managers, a tool's, and whoever else left its marks. */
function isTaken(entry: ManagedFields, live: LiveObject, { keepers, tolerance }: Omit<Context, 'manager'>): boolean {
  const { manager = '', fieldsV1 = {} } = entry;
  if (isUndone(manager)) return tolerance.additions === 'undo' && !isIgnored(manager, tolerance);
  const traits = keepers.map(traitsOf);
  const isTool = traits.some(({ managers }) => managers.some((pattern) => matchesWildcard(manager, pattern)));
  return isTool || traits.some(({ marks }) => !isWhole(divide(fieldsV1, live, marks).covered));
}

/** The object's `managedFields` once it is ours. */
export function adopted(seen: LiveObject, manager: string, adoption: Adoption): ManagedFields[] {
  const { keepers } = adoption;
  const marks = [kubectlMark, ...keepers.flatMap((keeper) => traitsOf(keeper).marks)];
  return reassigned(seen, manager, (entry): Claim => {
    const { fieldsV1 = {}, subresource } = entry;
    if (subresource === 'status') return { taken: {}, left: fieldsV1 };
    if (!isTaken(entry, seen, adoption)) {
      const { covered: taken, rest: left } = divide(fieldsV1, seen, marks);
      return { taken, left };
    }
    const { covered: left, rest } = divide(withoutStatus(fieldsV1), seen, [restartMark]);
    return { taken: divide(rest, seen, chosen[seen.kind] ?? []).rest, left };
  });
}

/** `from Flux (Kustomization flux-system/apps) and "kubectl-edit"`, for people. */
export function describeAdoption({ keepers, managers }: Pick<Adoption, 'keepers' | 'managers'>): string {
  const known = keepers.flatMap((keeper) => traitsOf(keeper).managers);
  const others = managers.filter((manager) => !known.some((pattern) => matchesWildcard(manager, pattern)));
  const all = [...keepers.map(describeKeeper), ...others.map((manager) => `"${manager}"`)];
  return `from ${all.join(' and ') || 'whoever marked it'}`;
}
