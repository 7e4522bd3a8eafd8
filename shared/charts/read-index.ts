import { parseDocument } from 'yaml';
import { z } from 'zod';
import { BadInputError } from '../errors.ts';
import type { ChartName } from './ports.ts';
import { tryParseJson } from './try-parse-json.ts';

const entrySchema = z.object({ version: z.string(), urls: z.array(z.string()).min(1) });

/** Larger ones have to be written as Helm writes them, so that only what is needed is parsed. */
const maximumWhole = 1024 * 1024;

/**
 * Finds in the `index.yaml` of a chart repository where a chart's archive is. Indexes have tens of megabytes: of what Helm has written only
 * the lines of the one version are parsed.
 *
 * @returns undefined if the index doesn't have it
 * @throws BadInputError if it isn't an index
 * @see https://helm.sh/docs/topics/chart_repository/#the-index-file
 */
export function findInIndex(text: string, { name, version }: Pick<ChartName, 'name' | 'version'>): string | undefined {
  const lines = linesOfVersion(linesOfChart(text.split(/\r?\n/), name), version);
  const entries = lines === undefined ? wholeIndex(text, name) : lines.map((each) => parse(each.join('\n')));
  const found = entries.flat().map((entry) => entrySchema.safeParse(entry).data);
  return found.find((entry) => entry?.version === version)?.urls[0];
}

const indentOf = (line: string) => line.length - line.trimStart().length;
const isContent = (line: string) => line.trim() !== '' && !line.trimStart().startsWith('#');

/** The list below the chart's name, as lines. Undefined where the index isn't in block style. */
function linesOfChart(lines: readonly string[], name: string): string[] | undefined {
  const begin = lines.findIndex((line) => /^entries:\s*$/.test(line));
  const first = lines.slice(begin + 1).find(isContent);
  if (begin < 0 || first === undefined || indentOf(first) === 0) return undefined;
  const indent = indentOf(first);
  const isKey = (line: string) => isContent(line) && indentOf(line) === indent && !line.trimStart().startsWith('- ');
  const key = lines.findIndex(
    (line, index) => index > begin && isKey(line) && line.trim().replace(/^(["'])(.*)\1:$/, '$2:') === `${name}:`,
  );
  if (key < 0)
    return lines.some((line, index) => index > begin && isKey(line) && line.trim().endsWith(':')) ? [] : undefined;
  const end = lines.findIndex(
    (line, index) => index > key && isContent(line) && (indentOf(line) < indent || isKey(line)),
  );
  return lines.slice(key + 1, end < 0 ? undefined : end);
}

/** Of the list's items those that say somewhere that they are this version. */
function linesOfVersion(lines: string[] | undefined, version: string): string[][] | undefined {
  if (lines === undefined) return undefined;
  const dash = indentOf(lines.find(isContent) ?? '');
  const items: string[][] = [];
  for (const line of lines) {
    if (indentOf(line) === dash && line.trimStart().startsWith('- ')) items.push([]);
    items.at(-1)?.push(line);
  }
  return items.filter((item) => item.some((line) => saysVersion(line) === version));
}

const saysVersion = (line: string) => /^\s*(?:- )?version:\s*(["']?)(\S+)\1\s*$/.exec(line)?.[2];

const indexSchema = z.object({ entries: z.record(z.string(), z.array(z.unknown())) });

function wholeIndex(text: string, name: string): unknown[] {
  if (text.length > maximumWhole && !text.trimStart().startsWith('{')) throw notAnIndex('is too large for its form');
  const index = indexSchema.safeParse(text.trimStart().startsWith('{') ? tryParseJson(text) : parse(text));
  if (!index.success) throw notAnIndex('is not one');
  return index.data.entries[name] ?? [];
}

function parse(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'error' });
  if (document.errors.length > 0) throw notAnIndex('is not valid YAML');
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw notAnIndex('expands without end');
  }
}

const notAnIndex = (why: string) => new BadInputError([{ message: `the index.yaml of the chart repository ${why}` }]);
