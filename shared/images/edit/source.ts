import type { Document, LineCounter } from 'yaml';

/** A document of a file. */
export type Source = { file: string; text: string; document: Document.Parsed; lines: LineCounter };

/** Where a node stands, for messages. */
export const whereIs = (
  { file, lines }: Source,
  { range }: { range?: [number, number, number] | null | undefined },
) => ({
  file,
  line: lines.linePos(range?.[0] ?? 0).line,
});

export const lineBreakOf = (text: string) => (text.includes('\r\n') ? '\r\n' : '\n');

/** The position before the line break, or the end of the text. */
export function endOfLine(text: string, position: number): number {
  const lineFeed = text.indexOf('\n', position);
  if (lineFeed < 0) return text.length;
  return text[lineFeed - 1] === '\r' ? lineFeed - 1 : lineFeed;
}
