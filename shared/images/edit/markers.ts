import { type Alias, isAlias, isCollection, type Scalar, visit } from 'yaml';
import type { Problem } from '../../problem.ts';
import { type ImageReference, parseReference } from '../reference.ts';
import type { FoundImage, Part, Slot } from './found-image.ts';
import type { MarkerComment } from './marker-comments.ts';
import { slotOf, writtenValue } from './nodes.ts';
import { type Source, whereIs } from './source.ts';
import type { Tracked } from './tracked.ts';

/** A value with a marker behind it. `of` is what its parts are gathered by. */
type Marked = {
  node: Scalar;
  shared: boolean;
  of: unknown;
  part: Part;
  rule: string | undefined;
  repository: string | undefined;
};

/**
 * The values that a marker names as an image, or a part of one. Parts that stand in one map belong together. A marker that means nothing is told,
 * where it is known what there is to mean.
 *
 * @param comments the markers of this document
 * @see https://fluxcd.io/flux/guides/image-update/#configure-image-update-for-custom-resources
 */
export function findMarked(
  source: Source,
  comments: readonly MarkerComment[],
  tracked: Tracked,
): (FoundImage | Problem)[] {
  if (comments.length === 0) return [];
  const values = valuesByLine(source);
  const read = comments.map((comment) => readMarker(source, comment, { values, tracked }));
  const marked = read.flatMap((one) => (one !== undefined && 'node' in one ? [one] : []));
  const groups = [...Map.groupBy(marked, ({ of }) => of).values()];
  return [
    ...read.flatMap((one) => (one !== undefined && 'message' in one ? [one] : [])),
    ...groups
      .flatMap((group) => [...Map.groupBy(group, ({ rule }) => rule).values()])
      .map((group) => describeGroup(source, group)),
  ];
}

/** A value, and what it stands in. */
type Value = { node: Scalar | Alias; shared: boolean; map: unknown; flows: unknown[] };
type Values = ReadonlyMap<number, Value[]>;

/** The values that end on each line: a marker stands behind the last one of its line. */
function valuesByLine({ document, lines }: Source): Values {
  const values: Value[] = [];
  visit(document, {
    Node(key, node, path) {
      if (key === 'key' || isCollection(node)) return;
      const around = path.filter(isCollection);
      const shared = [...around, node].some((one) => !isAlias(one) && one.anchor !== undefined);
      values.push({ node, shared, map: path.at(-2), flows: around.filter(({ flow }) => flow) });
    },
  });
  return Map.groupBy(values, ({ node }) => lines.linePos(node.range?.[1] ?? 0).line);
}

type Reader = { values: Values; tracked: Tracked };

function readMarker(source: Source, comment: MarkerComment, reader: Reader): Marked | Problem | undefined {
  const { markers, repositories, known } = reader.tracked;
  const where = whereIs(source, { range: [comment.start, 0, 0] });
  const tell = (message: string) => known && { ...where, message };
  if (comment.marker === undefined) return isAlone(source, comment) ? undefined : tell(unreadable(comment));
  const { readings, written } = comment.marker;
  const reading = readings.find(({ rule }) => markers.has(rule));
  if (reading === undefined && readings.length > 0)
    return readings.some(({ rule }) => known?.names.has(rule)) ? undefined : tell(unknown(written, known?.names));
  const value = valueBefore(source, comment, reader.values);
  const refuse = (reason: string) => ({
    ...where,
    message: `${markers.get(reading?.rule ?? '') ?? reading?.rule} can't be changed here: its marker ${reason}`,
  });
  if (typeof value === 'string') return reading === undefined ? tell(`its marker ${value}`) : refuse(value);
  if (isAlias(value.node)) return reading && refuse('stands behind a YAML alias');
  const marked = { node: value.node, shared: value.shared, of: value.node };
  if (reading !== undefined)
    return {
      ...marked,
      ...reading,
      ...(reading.part !== 'reference' && { of: value.map }),
      repository: markers.get(reading.rule),
    };
  const repository = parseReference(writtenValue(source.text, value.node) ?? '')?.repository ?? '';
  if (repositories.has(repository)) return { ...marked, part: 'reference', rule: undefined, repository };
  return known?.repositories.has(repository) ? undefined : tell(withoutRule(repository));
}

/** @returns a string that says why it isn't clear which value a marker means */
function valueBefore({ text, lines }: Source, { start }: MarkerComment, values: Values): Value | string {
  const onLine = values.get(lines.linePos(start).line) ?? [];
  const last = onLine.at(-1);
  const between = text.slice(last?.node.range?.[1], start);
  if (last === undefined || !/^[ \t\],}]*$/.test(between)) return 'stands behind no value on its line';
  const closed = between.replace(/[^\]}]/g, '').length;
  const outermost = closed === 0 ? undefined : last.flows.at(-closed);
  return outermost !== undefined && onLine.filter(({ flows }) => flows.includes(outermost)).length > 1
    ? 'stands behind several values: write it behind the one that it means'
    : last;
}

/** On a line of its own, "# Plumbline: how it all works" is prose. */
const isAlone = ({ text }: Source, { start }: MarkerComment) =>
  text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() === '';

const shortened = (text: string) => text.trim().slice(0, 100);

const unreadable = ({ text }: MarkerComment) =>
  `a marker can't be read: "${shortened(text)}" must be # plumbline, # plumbline: NAME or # {"$imagepolicy": "NAMESPACE:NAME"}, the names also with :tag, :digest or :name`;

function unknown(name: string, names: ReadonlySet<string> = new Set()): string {
  const known = names.size === 0 ? 'no rule there has a name' : `known are ${[...names].slice(0, 20).join(', ')}`;
  return `a marker names the rule "${shortened(name)}", which environment.yaml doesn't have: ${known}`;
}

const withoutRule = (repository: string) =>
  `a marker has no name, and environment.yaml has no rule for ${repository === '' ? 'what stands there' : `the repository ${shortened(repository)}`}`;

function describeGroup(source: Source, group: Marked[]): FoundImage | Problem {
  const [first] = group as [Marked, ...Marked[]];
  const where = whereIs(source, first.node);
  const refuse = (reason: string): Problem => ({
    ...where,
    message: `${first.repository ?? first.rule} can't be changed here: ${reason}`,
  });
  const slots = group.map((marked) => [marked.part, slotOf(source.text, marked)] as const);
  const refused = slots.map(([, slot]) => slot).find((slot) => typeof slot === 'string');
  if (refused !== undefined) return refuse(refused);
  if (new Set(slots.map(([part]) => part)).size < slots.length) return refuse('a part of it is marked twice');
  const current = currentOf(source, group);
  if (current === undefined) return refuse('what stands there is no image reference');
  if (first.repository !== undefined && current.repository !== first.repository)
    return refuse(`its marker names the rule ${first.rule}, but it has the repository ${current.repository}`);
  const rule = first.rule === undefined ? {} : { rule: first.rule };
  return { ...where, by: 'marker', ...rule, current, slots: Object.fromEntries(slots) as Record<Part, Slot> };
}

function currentOf(source: Source, group: Marked[]): ImageReference | undefined {
  const written = (part: Part) => {
    const marked = group.find((one) => one.part === part);
    return marked && (writtenValue(source.text, marked.node) || undefined);
  };
  const repository = group[0]?.repository ?? written('repository') ?? '';
  const reference = group.some(({ part }) => part === 'reference');
  if (reference) return parseReference(written('reference') ?? repository);
  const [tag, digest] = [written('tag'), written('digest')];
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}
