import { isMap, isScalar } from 'yaml';
import type { Problem } from '../../problem.ts';
import { parseReference } from '../reference.ts';
import { fieldSlots, linesOfFields } from './fields.ts';
import type { FoundImage } from './found-image.ts';
import { at, type Place, slotOf, writtenAt } from './nodes.ts';
import { type Source, whereIs } from './source.ts';
import type { ValuesPath } from './tracked.ts';

const fields = { tag: 'tag', digest: 'digest', after: ['tag', 'repository', 'registry'] };

/** The image at a path of a Helm values file: a map of `repository`, `tag` and `digest`, or the whole reference. */
export function findInValues(
  source: Source,
  root: Place | undefined,
  { path, repository }: ValuesPath,
): FoundImage | Problem {
  const place = at(source.document, root, ...path.split('.'));
  const where = whereIs(source, place?.node ?? {});
  const refuse = (reason: string): Problem => ({
    ...where,
    field: path,
    message: `${repository} can't be changed here: ${reason}`,
  });
  if (place === undefined) return refuse('nothing stands there');
  const found = isMap(place.node) ? readMap(source, place) : readScalar(source, place);
  if (typeof found === 'string') return refuse(found);
  if ((found.current.repository ?? repository) !== repository)
    return refuse(`it has the repository ${found.current.repository}`);
  return { ...where, by: 'values', ...found, current: { ...found.current, repository } };
}

type Read = {
  current: { repository?: string; tag?: string; digest?: string };
  slots: FoundImage['slots'];
  lines?: number[];
};

function readMap(source: Source, place: Place): Read | string {
  if (!isMap(place.node)) return 'it is no map';
  const read = (key: string) => writtenAt(source, place, key) || undefined;
  const slots = fieldSlots(source.text, place, place.node, fields);
  if (typeof slots === 'string') return slots;
  const [registry, name, tag, digest] = [read('registry'), read('repository'), read('tag'), read('digest')];
  const repository = registry === undefined || name === undefined ? name : `${registry}/${name}`;
  return {
    current: {
      ...(repository !== undefined && { repository }),
      ...(tag !== undefined && { tag }),
      ...(digest !== undefined && { digest }),
    },
    slots,
    lines: linesOfFields(source, place.node, ['registry', 'repository', 'tag', 'digest']),
  };
}

function readScalar({ text }: Source, { node, shared }: Place): Read | string {
  const current = isScalar(node) && typeof node.value === 'string' ? parseReference(node.value) : undefined;
  if (!isScalar(node) || current === undefined) return 'it is neither a map nor an image reference';
  const reference = slotOf(text, { node, shared });
  return typeof reference === 'string' ? reference : { current, slots: { reference } };
}
