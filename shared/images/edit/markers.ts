import { type Scalar, visit } from 'yaml';
import type { Problem } from '../../problem.ts';
import { type ImageReference, parseReference } from '../reference.ts';
import type { FoundImage, Slot } from './found-image.ts';
import { slotOf, writtenValue } from './nodes.ts';
import { endOfLine, type Source, whereIs } from './source.ts';
import type { Tracked } from './tracked.ts';

type Part = 'reference' | 'repository' | 'tag' | 'digest';

/** `# {"$imagepolicy": "namespace:name:tag"}`, as Flux has it, or `# plumbline: name:tag`, or `# plumbline`. */
const comment =
  /^[ \t]*#[ \t]*(?:\{[ \t]*"\$imagepolicy"[ \t]*:[ \t]*"([^"]*)"[ \t]*\}|plumbline(?::[ \t]+(\S+))?)[ \t]*$/;
const suffix = /:(tag|name|digest)$/;

/** Whether a text may have markers: it needn't be parsed otherwise. */
export const mayHaveMarkers = (text: string) => text.includes('"$imagepolicy"') || text.includes('# plumbline');

/** A value with a marker behind it. `of` is what its parts are gathered by. */
type Marked = { node: Scalar; of: unknown; part: Part; rule: string | undefined; repository: string | undefined };

/**
 * The values that a marker names as an image, or a part of one. Parts that stand in one map belong together.
 *
 * @see https://fluxcd.io/flux/guides/image-update/#configure-image-update-for-custom-resources
 */
export function findMarked(source: Source, tracked: Tracked): (FoundImage | Problem)[] {
  const marked: Marked[] = [];
  visit(source.document, {
    Scalar(key, node, path) {
      const marker = key === 'key' ? undefined : markerBehind(source, node, tracked);
      if (marker !== undefined) marked.push({ ...marker, node, of: marker.part === 'reference' ? node : path.at(-2) });
    },
  });
  const groups = Map.groupBy(marked, ({ of }) => of);
  return [...groups.values()]
    .flatMap((group) => [...Map.groupBy(group, ({ rule }) => rule).values()])
    .map((group) => describeGroup(source, group));
}

function markerBehind({ text }: Source, { range }: Scalar, { markers, repositories }: Tracked) {
  const end = range?.[1] ?? 0;
  const match = comment.exec(text.slice(end, endOfLine(text, end)));
  if (match === null) return undefined;
  const [, flux, own] = match;
  const name = flux ?? own;
  if (name === undefined) return trackedReference(text.slice(range?.[0], end), repositories);
  const [, written = 'reference'] = suffix.exec(name) ?? [];
  const full = name.replace(suffix, '');
  const rule = [full, full.slice(full.indexOf(':') + 1)].find((rule) => markers.has(rule));
  const part = (written === 'name' ? 'repository' : written) as Part;
  return rule === undefined ? undefined : { part, rule, repository: markers.get(rule) };
}

/** A marker without a name: the repository that stands there says which rule is meant. */
function trackedReference(written: string, repositories: ReadonlySet<string>) {
  const repository = parseReference(written.replace(/^["']|["']$/g, ''))?.repository;
  if (repository === undefined || !repositories.has(repository)) return undefined;
  return { part: 'reference' as const, rule: undefined, repository };
}

function describeGroup(source: Source, group: Marked[]): FoundImage | Problem {
  const [first] = group as [Marked, ...Marked[]];
  const where = whereIs(source, first.node);
  const refuse = (reason: string): Problem => ({
    ...where,
    message: `${first.repository ?? first.rule} can't be changed here: ${reason}`,
  });
  const slots = group.map(
    ({ node, part }) => [part, slotOf(source.text, { node, shared: node.anchor !== undefined })] as const,
  );
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
