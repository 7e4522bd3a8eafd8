import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('./large-check.ts', import.meta.url));

it('looks over 10,000 objects page by page, within half of its memory', { timeout: 300_000 }, async () => {
  // The function's heap, as Lambda would limit it.
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=1024', program]);
  const { peakMegabytes, ...rest } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(rest).toEqual({
    ...{ phase: 'healthy', objects: 10_000, problems: [], isSame: true },
    // Five kinds of 2,000 objects each.
    ...{ lists: 20, limits: ['500'] },
  });
  expect(peakMegabytes).toBeLessThan(512);
});
