import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress, elapsed } from '../../../local/tools/progress.ts';

describe('progress', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const record = (isTTY: boolean) => {
    const written: string[] = [];
    return {
      written,
      progress: createProgress({ stream: { isTTY, columns: 60, write: (text) => written.push(text) } }),
    };
  };
  const pause = (milliseconds: number) => () => vi.advanceTimersByTimeAsync(milliseconds);

  it('says nothing of what is done within two seconds', async () => {
    const { written, progress } = record(false);
    expect(await progress('Quick', () => pause(1900)().then(() => 'result'))).toBe('result');
    expect(written).toEqual([]);
  });

  it('writes a plain line every ten seconds where there is no terminal, and one at the end', async () => {
    const { written, progress } = record(false);
    await progress('Building', async (say) => {
      say('package 7');
      await pause(23_000)();
    });
    expect(written).toEqual([
      'Building (2 s): package 7\n',
      'Building (12 s): package 7\n',
      'Building (22 s): package 7\n',
      'Building: done after 23 s\n',
    ]);
  });

  it('says when it has failed', async () => {
    const { written, progress } = record(false);
    const failing = progress('Building', async () => {
      await pause(3000)();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(written.at(-1)).toBe('Building: failed after 3 s\n');
  });

  it('redraws one line on a terminal, never wider than it', async () => {
    const { written, progress } = record(true);
    await progress('Building', async (say) => {
      say('a'.repeat(100));
      await pause(3500)();
    });
    const drawn = written.slice(0, -1);
    expect(drawn.length).toBeGreaterThan(1);
    for (const text of drawn) {
      expect(text.startsWith('\r\u001b[2K')).toBe(true);
      expect(text.slice('\r\u001b[2K'.length).length).toBeLessThan(60);
      expect(text).not.toContain('\n');
    }
    expect(written.at(-1)).toBe('\r\u001b[2KBuilding: done after 3 s\n');
  });

  it('shows all that is going on in the one line', async () => {
    const { written, progress } = record(true);
    await Promise.all([progress('One', pause(2500)), progress('Two', pause(2500))]);
    expect(written.some((text) => text.includes('One') && text.includes('Two'))).toBe(true);
  });

  it.each([
    [999, '0 s'],
    [59_999, '59 s'],
    [363_000, '6 min 3 s'],
  ])('writes %i ms as %s', (milliseconds, text) => {
    expect(elapsed(milliseconds)).toBe(text);
  });
});
