import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

export type Paint = (color: 'green' | 'yellow' | 'red', text: string) => string;

/** Colors for a terminal, and none for anything else, nor where `NO_COLOR` asks for none. */
export const paintFor =
  (stream: Writable): Paint =>
  (color, text) =>
    styleText(color, text, { stream });
