import { formatPin, type Pin } from '../reference.ts';
import type { FoundImage, Slot } from './found-image.ts';

/** An image that was found, and what it becomes. */
export type Change = { image: FoundImage; pin: Pin };

/** The text with every change made: the bytes of the values differ, and nothing else. */
export function pinImages(text: string, changes: readonly Change[]): string {
  const splices = changes.flatMap(splicesOf).sort((one, other) => one.slot.start - other.slot.start);
  let position = 0;
  let result = '';
  for (const { slot, value } of splices) {
    result += text.slice(position, slot.start) + slot.before + (slot.plain ? asString(value) : value) + slot.after;
    position = slot.end;
  }
  return result + text.slice(position);
}

function splicesOf({ image: { slots }, pin }: Change): { slot: Slot; value: string }[] {
  if ('reference' in slots) return [{ slot: slots.reference, value: formatPin(pin) }];
  return [
    { slot: slots.tag, value: pin.tag },
    { slot: slots.digest, value: pin.digest },
  ];
}

/** Tags are made of letters, digits and `._-`: what begins with a letter is a string unless it is one of YAML's words, and so is `1.2.3`. */
function asString(value: string): string {
  const isText = /^[A-Za-z]/.test(value)
    ? !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(value)
    : /^\d+\.\d+\.\d+/.test(value);
  return isText || value.includes(':') ? value : `"${value}"`;
}
