import { isPlainObject } from '../manifests/canonical.ts';
import type { KubernetesObject } from '../manifests/object.ts';
import { showValue } from './difference.ts';
import { joinField } from './field-set.ts';

type Departure = { field: string; live: unknown; wanted: unknown };

const maximumShown = 3;

/**
 * Which fields of an object can't be changed as Git wants it, and what they are here and there.
 *
 * @param fields as the API server names them. Some kinds name only their `spec`, and say in words what may be changed of it
 * @param message of the API server
 */
export function explainImmutable(wanted: KubernetesObject, live: KubernetesObject, fields: readonly string[]): string {
  const found = departures(live, wanted, '').filter(({ field }) => fields.some((each) => isWithin(field, each)));
  const named = found.filter(({ field }) => !isFree(wanted.kind, field));
  const shown = named.slice(0, maximumShown).map((each) => describe(each, live));
  const more = named.length > maximumShown ? `, and ${named.length - maximumShown} more fields` : '';
  const what = shown.length === 0 ? fields.join(', ') : `${shown.join(', ')}${more}`;
  return `can't be changed once the object exists: ${what}`;
}

const describe = ({ field, live, wanted }: Departure, object: KubernetesObject) =>
  `${field} (it is ${showValue(object, field, live)}, Git has ${showValue(object, field, wanted)})`;

/** Fields that the API server keeps twice, and names as people don't write them. */
const otherNames: Record<string, string> = { 'spec.clusterIPs': 'spec.clusterIP' };

/** Whether a field is, or stands below, another one. `spec.clusterIPs[0]` stands for its whole list. */
function isWithin(field: string, place: string): boolean {
  const list = place.replace(/\[\d+\]$/, '');
  const outer = otherNames[list] ?? list;
  return field.startsWith(outer) && ['', '.', '['].includes(field.charAt(outer.length));
}

/** What can be changed where the whole `spec` is named. @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/ */
const free: Record<string, readonly string[]> = {
  StatefulSet: [
    'replicas',
    'ordinals',
    'template',
    'updateStrategy',
    'revisionHistoryLimit',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ],
  PersistentVolumeClaim: ['resources', 'volumeAttributesClassName'],
};

const isFree = (kind: string, field: string) => (free[kind] ?? []).some((name) => isWithin(field, `spec.${name}`));

/** Where Git wants another value than there is. What Git doesn't say was set by a default, and departs from nothing. */
function departures(live: unknown, wanted: unknown, field: string): Departure[] {
  if (isPlainObject(wanted) && isPlainObject(live))
    return Object.entries(wanted).flatMap(([key, value]) => departures(live[key], value, joinField(field, key)));
  if (Array.isArray(wanted) && Array.isArray(live) && wanted.length === live.length)
    return wanted.flatMap((item, index) => departures(live[index], item, `${field}[${index}]`));
  return JSON.stringify(live) === JSON.stringify(wanted) ? [] : [{ field, live, wanted }];
}
