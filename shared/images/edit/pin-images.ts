import { formatReference, type Pin } from '../reference.ts';
import type { Field, FoundImage, NewEntry, Slot } from './found-image.ts';

/** An image that was found, and what it becomes. Without a digest, what there is of one stays. */
export type Change = { image: Pick<FoundImage, 'slots'>; pin: Omit<Pin, 'digest'> & { digest?: string } };

/** The text with every change made: the bytes of the values differ, and nothing else. */
export function pinImages(text: string, changes: readonly Change[]): string {
  let position = 0;
  let result = '';
  for (const { slot, value } of splicesOf(changes)) {
    result += text.slice(position, slot.start) + slot.before + value + slot.after;
    position = slot.end;
  }
  return result + text.slice(position);
}

/** Whether a change would change anything: where only the tag is marked, a new digest has no place. */
export const isChange = (text: string, change: Change): boolean =>
  splicesOf([change]).some(
    ({ slot, value }) => slot.before !== '' || slot.after !== '' || text.slice(slot.start, slot.end) !== value,
  );

type Splice = { slot: Pick<Slot, 'start' | 'end' | 'before' | 'after'>; value: string };

/** In the order of the file. What is added at a place comes after what is changed there. */
const splicesOf = (changes: readonly Change[]): Splice[] =>
  [...changes.flatMap(partsOf), ...additionsOf(changes)].sort((one, other) => one.slot.start - other.slot.start);

function partsOf({ image: { slots }, pin }: Change): Splice[] {
  const parts = [
    [slots.reference, formatReference(pin)],
    [slots.repository, pin.repository],
    [slots.tag, pin.tag],
    [slots.digest, pin.digest],
  ] as const;
  return parts.flatMap(([slot, value]) =>
    slot === undefined || value === undefined ? [] : [{ slot, value: written(slot, value) }],
  );
}

function additionsOf(changes: readonly Change[]): Splice[] {
  const added = changes.flatMap(({ image: { slots }, pin }) =>
    slots.entry === undefined ? [] : [{ entry: slots.entry, text: textOf(slots.entry, pin) }],
  );
  return [...Map.groupBy(added, ({ entry }) => entry.at)].flatMap(([at, [first, ...others]]) => {
    if (first === undefined) return [];
    const { before, between, after } = first.entry;
    const value = [first, ...others].map(({ text }) => text).join(between);
    return [{ slot: { start: at, end: at, before, after }, value }];
  });
}

function textOf({ fields: { name, tag, digest }, end }: NewEntry, pin: Change['pin']): string {
  const inField = (field: Field, value: string) => field.before + written(field, value) + field.after;
  const digestField = pin.digest === undefined ? '' : inField(digest, pin.digest);
  return inField(name, pin.repository) + inField(tag, pin.tag) + digestField + end;
}

const written = ({ plain }: Field, value: string) => (plain ? asString(value) : value);

/** Tags are made of letters, digits and `._-`: what begins with a letter is a string unless it is one of YAML's words, and so is `1.2.3`. */
function asString(value: string): string {
  const isText = /^[A-Za-z]/.test(value)
    ? !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(value)
    : /^\d+\.\d+\.\d+/.test(value);
  return isText || /[:/]/.test(value) ? value : `"${value}"`;
}
