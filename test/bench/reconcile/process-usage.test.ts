import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { combine, parseCpu, parsePeak, watchProcess } from '../../../bench/reconcile/process-usage.ts';

describe('what a process used', () => {
  it('is read behind a name with spaces and parentheses', () => {
    const stat = '42 (a) b (c)) S 1 42 42 0 -1 4194304 900 0 0 0 123 77 0 0 20 0 7 0 100 200 300';
    expect(parseCpu(stat)).toBe(2);
  });

  it('is the peak, not what is used now', () => {
    expect(parsePeak('Name:\tnode\nVmPeak:\t 900 kB\nVmHWM:\t   2048 kB\nVmRSS:\t    10 kB\n')).toBe(2 * 1024 * 1024);
    expect(parsePeak('Name:\tnode\nState:\tZ (zombie)\n')).toBeUndefined();
  });

  it('is combined where it was measured', () => {
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(combine([1, undefined, 2], sum)).toBe(3);
    expect(combine([undefined], sum)).toBeUndefined();
  });

  it.runIf(existsSync('/proc/self/stat'))('is known of a process that has ended meanwhile', async () => {
    const work = 'const end = Date.now() + 300; const kept = []; while (Date.now() < end) kept.push(Math.sqrt(end));';
    const child = spawn(process.execPath, ['-e', work]);
    const watched = watchProcess(child.pid ?? 0);
    await once(child, 'exit');
    const { cpuSeconds, peakBytes } = watched.end();
    expect(cpuSeconds).toBeGreaterThan(0.05);
    expect(peakBytes).toBeGreaterThan(10_000_000);
  });
});
