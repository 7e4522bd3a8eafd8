import { isScalar } from 'yaml';
import { parseReference } from '../reference.ts';
import { type Found, type FoundImage, foundOf } from './found-image.ts';
import { at, itemsOf, type Place, slotOf, stringAt } from './nodes.ts';
import { type Source, whereIs } from './source.ts';

/** Where the pod's specification stands in each kind that makes pods. */
const podSpecs: Record<string, string[]> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  Deployment: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const groups = new Set(['v1', 'apps', 'batch', 'extensions']);
const containerLists = ['initContainers', 'containers', 'ephemeralContainers'];
const deepestList = 4;

/** The tracked images of a document's workloads, in the order in which they are written. */
export function findInWorkloads(source: Source, root: Place | undefined, tracked: ReadonlySet<string>): Found {
  return foundOf(
    objectsOf(source, root).flatMap((object) =>
      imagePlaces(source, object).map((place) => describePlace(source, object, place, tracked)),
    ),
  );
}

/** A `List` stands for its items. */
function objectsOf(source: Source, place: Place | undefined, depth = 0): Place[] {
  if (place === undefined) return [];
  const isList = stringAt(source.document, place, 'kind')?.endsWith('List') && depth < deepestList;
  if (!isList) return [place];
  return itemsOf(source.document, at(source.document, place, 'items')).flatMap((item) =>
    objectsOf(source, item, depth + 1),
  );
}

function imagePlaces({ document }: Source, object: Place): Place[] {
  const kind = stringAt(document, object, 'kind') ?? '';
  const [group = ''] = (stringAt(document, object, 'apiVersion') ?? '').split('/');
  const path = Object.hasOwn(podSpecs, kind) && groups.has(group) ? podSpecs[kind] : undefined;
  const spec = path && at(document, object, ...path);
  return containerLists
    .flatMap((list) => itemsOf(document, at(document, spec, list)))
    .flatMap((container) => at(document, container, 'image') ?? []);
}

function describePlace(source: Source, object: Place, { node, shared }: Place, tracked: ReadonlySet<string>) {
  const current = isScalar(node) && typeof node.value === 'string' ? parseReference(node.value.trim()) : undefined;
  if (!isScalar(node) || current === undefined || !tracked.has(current.repository)) return undefined;
  const where = { ...whereIs(source, node), object: nameOf(source, object) };
  const reference = slotOf(source.text, { node, shared });
  if (typeof reference === 'string')
    return { ...where, field: 'image', message: `${current.repository} can't be changed here: ${reference}` };
  return { ...where, by: 'workload', current, slots: { reference } } satisfies FoundImage;
}

function nameOf({ document }: Source, object: Place): string {
  const namespace = stringAt(document, object, 'metadata', 'namespace');
  const name = stringAt(document, object, 'metadata', 'name') ?? '';
  return `${stringAt(document, object, 'kind')} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
