import type { ChartFiles } from './chart-files.ts';
import { isPackedChart } from './guards/chart-file.ts';
import { changePackedChart } from './packed-chart.ts';

/** What `now` is turned into: another point in time, of the same type. */
const longAgo = '(toDate `2006-01-02` `2001-02-03`)';

/**
 * The same chart, to be rendered at another time: two runs within a second, or a day, would print the same time. Where a template says
 * `now`, it gets a day of long ago.
 */
export async function atAnotherTime(chart: ChartFiles): Promise<ChartFiles> {
  const files = [...chart.files].map(async ([path, bytes]) => {
    const changed = isPackedChart(path) ? await changePackedChart(bytes, asOfLongAgo) : asOfLongAgo(bytes);
    return [path, changed] as const;
  });
  return { ...chart, files: new Map(await Promise.all(files)) };
}

function asOfLongAgo(bytes: Uint8Array): Uint8Array {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('now')) return bytes;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const changed = text.replace(actions, (action) =>
    action.replace(wordsAndTexts, (found) => found.replace(/^now(?=\.|$)/, longAgo)),
  );
  return changed === text ? bytes : new TextEncoder().encode(changed);
}

const actions = /\{\{[\s\S]*?\}\}/g;

/** Texts are matched as a whole, so that a `now` in one is none; nor is a field or a variable of this name. */
const wordsAndTexts = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|[.$]?[\w.]+/g;
