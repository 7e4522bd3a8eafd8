import { describe, expect, it, vi } from 'vitest';
import { parseOptions } from '../../../bench/reconcile/options.ts';

/** Commander writes what is wrong and ends the process. */
function refusalOf(...args: string[]): string {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('exit');
  });
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(() => parseOptions(args)).toThrow('exit');
    return String(write.mock.calls[0]?.[0]);
  } finally {
    exit.mockRestore();
    write.mockRestore();
  }
}

describe('the command line', () => {
  it('measures all of it five times by default', () => {
    expect(parseOptions([])).toEqual({ repeats: 5, objects: [500, 2000, 10000], applications: [100, 500] });
  });

  it('measures less when told, the smallest first', () => {
    expect(parseOptions(['--only', 'engine', '--repeats', '2', '--objects', '200,50'])).toMatchObject({
      only: 'engine',
      repeats: 2,
      objects: [50, 200],
    });
  });

  it.each([
    [['--only', 'half'], 'Allowed choices are engine, whole'],
    [['--repeats', '0'], 'must be a whole number from 1'],
    [['--objects', '50,many'], 'must be a whole number from 1'],
  ])('refuses %s', (args, message) => {
    expect(refusalOf(...args)).toContain(message);
  });
});
