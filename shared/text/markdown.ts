import { oneLine } from './one-line.ts';

/** Hostile text becomes neither markup nor a mention. */
export const code = (text: string) => `\`${oneLine(text).replaceAll('`', "'") || ' '}\``;

/** The same in a table, of which it becomes no other cell. */
export const cell = (text: string) => code(text).replaceAll('|', '\\|');

/** The same where Markdown lets HTML through, and reads nothing else: in a summary of what is folded. */
export const htmlCode = (text: string) => `<code>${escapeHtml(oneLine(text))}</code>`;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

const escapeHtml = (text: string) => text.replace(/[&<>"'`]/g, (character) => entities[character] ?? '');

const longestLine = 1000;

/**
 * Lines as they are, in a block that none of them can end: the fence is longer than any run of backticks in them.
 *
 * @param language for colours: `diff`, `text`
 */
export function fenced(language: string, lines: readonly string[]): string {
  const shown = lines.map((line) => oneLine(line, longestLine));
  const runs = shown.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length);
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return [`${fence}${language}`, ...shown, fence].join('\n');
}
