import type { ChartFiles } from './chart-files.ts';

/** What `now` is turned into: another point in time, of the same type. */
const longAgo = '(toDate `2006-01-02` `2001-02-03`)';

/**
 * The same chart, to be rendered at another time: two runs within a second, or a day, would print the same time. Where a template says
 * `now`, it gets a day of long ago.
 */
export function atAnotherTime(chart: ChartFiles): ChartFiles {
  const files = [...chart.files].map(([path, bytes]) => [path, asOfLongAgo(bytes)] as const);
  return { ...chart, files: new Map(files) };
}

function asOfLongAgo(bytes: Uint8Array): Uint8Array {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('now')) return bytes;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const changed = text.replace(actions, (action) =>
    action.replace(wordsAndTexts, (found) => (found === 'now' ? longAgo : found)),
  );
  return changed === text ? bytes : new TextEncoder().encode(changed);
}

const actions = /\{\{[\s\S]*?\}\}/g;

/** Texts are matched as a whole, so that a `now` in one is none; nor is a field or a variable of this name. */
const wordsAndTexts = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|[.$]?[\w.]+/g;
