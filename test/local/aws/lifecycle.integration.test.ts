import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually } from './stack/play.ts';

const script = fileURLToPath(new URL('./stack/live-until-killed.ts', import.meta.url));

type Living = { parent: ChildProcess; pids: number[]; folder: string };

/** A process with an account, and the processes that it has started. */
async function live(): Promise<Living> {
  const parent = fork(script, { execArgv: [], stdio: 'ignore' });
  const [{ folder }] = (await once(parent, 'message')) as [{ folder: string }];
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' });
  const rows = listed
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  const children = rows.filter(([, ppid, command]) => Number(ppid) === parent.pid && command !== 'ps');
  return { parent, folder, pids: children.map(([pid]) => Number(pid)) };
}

function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}

const ended = (pids: readonly number[]) => eventually(() => (alive(pids).length === 0 ? true : undefined));

test('close() ends every process and removes every file', async () => {
  const { parent, pids, folder } = await live();
  expect(pids.length).toBeGreaterThanOrEqual(3);
  expect(existsSync(folder)).toBe(true);
  parent.send('close');
  const [code] = await once(parent, 'exit');
  await ended(pids);
  expect({ code, folder: existsSync(folder) }).toEqual({ code: 0, folder: false });
});

test('nothing survives the death of its parent', async () => {
  const { parent, pids, folder } = await live();
  expect(pids.length).toBeGreaterThanOrEqual(3);
  parent.kill('SIGKILL');
  await ended(pids);
  await eventually(() => (existsSync(folder) ? undefined : true));
});
