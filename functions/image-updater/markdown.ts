import { oneLine } from './one-line.ts';

/** Hostile text becomes neither markup nor a mention, nor another cell of a table. */
export const code = (text: string) => `\`${oneLine(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
