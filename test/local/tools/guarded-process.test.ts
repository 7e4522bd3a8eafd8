import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { spawnGuarded, tailOf } from '../../../local/tools/guarded-process.ts';
import { createTemporaryFolder } from '../../../local/tools/guardian.ts';
import { temporaryFolder } from './temporary.ts';

const tools = fileURLToPath(new URL('../../../local/tools', import.meta.url));
const patience = { timeout: 20_000, interval: 50 };

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Writes its own number and that of a child into the folder, then goes on for ever. */
const family = (folder: string) => [
  '-c',
  `sleep 1000 & echo $! > '${folder}/child'; echo $$ > '${folder}/parent'; wait`,
];

async function numbersIn(folder: string): Promise<number[]> {
  await vi.waitFor(() => expect(existsSync(join(folder, 'parent'))).toBe(true), patience);
  const numbers = await Promise.all(['parent', 'child'].map((name) => readFile(join(folder, name), 'utf8')));
  return numbers.map(Number);
}

/** Runs a module in a Node process of its own, which starts the family and makes a temporary folder, and then does `ending`. */
async function startOwner(folder: string, ending: string) {
  const script = join(folder, 'owner.mts');
  await writeFile(
    script,
    `import { spawnGuarded } from '${tools}/guarded-process.ts';
     import { createTemporaryFolder } from '${tools}/guardian.ts';
     import { existsSync, writeFileSync } from 'node:fs';
     const temporary = await createTemporaryFolder('plumbline-test-owned');
     writeFileSync(temporary.path + '/content', 'x');
     spawnGuarded('sh', ${JSON.stringify(family(folder))}, { output: { file: temporary.path + '/log' } });
     while (!existsSync('${folder}/parent')) await new Promise((resolve) => setTimeout(resolve, 20));
     console.log(temporary.path);
     ${ending}`,
  );
  const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  return { owner, temporary: line.toString('utf8').trim(), numbers: await numbersIn(folder) };
}

describe('a guarded process', () => {
  it('tells how it ended', async () => {
    expect(await spawnGuarded('sh', ['-c', 'exit 7']).exited).toEqual({ code: 7, signal: null });
  });

  it('gets its arguments as they are', async () => {
    const file = join(await temporaryFolder(), 'log');
    await spawnGuarded('printf', ['%s|', 'a b', "it's", '$HOME', ''], { output: { file } }).exited;
    expect(await readFile(file, 'utf8')).toBe("a b|it's|$HOME||");
  });

  it('finds its standard input at the end', async () => {
    expect(await spawnGuarded('cat', []).exited).toEqual({ code: 0, signal: null });
  });

  it('can be written to, line by line, where that is asked for', async () => {
    const { child, exited } = spawnGuarded('cat', [], { output: 'pipe', openInput: true });
    child.stdin?.write('first\n');
    expect(String((await once(child.stdout as NodeJS.ReadableStream, 'data'))[0])).toBe('first\n');
    child.stdin?.end();
    expect(await exited).toEqual({ code: 0, signal: null });
  });

  it('gets the environment and folder that it is given', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'log');
    const env = { PATH: process.env.PATH, GREETING: 'hello' };
    await spawnGuarded('sh', ['-c', 'echo $GREETING; pwd'], { env, cwd: folder, output: { file } }).exited;
    expect(await readFile(file, 'utf8')).toBe(`hello\n${folder}\n`);
  });

  it('exits with 127 when there is no such program, and its log says so', async () => {
    const file = join(await temporaryFolder(), 'log');
    expect(await spawnGuarded('no-such-program', [], { output: { file } }).exited).toEqual({ code: 127, signal: null });
    expect(await tailOf(file)).toContain('no-such-program');
  });

  it('can be talked to by messages', async () => {
    const script = join(await temporaryFolder(), 'echo.mjs');
    await writeFile(
      script,
      `process.on('message', (message) => { process.send({ got: message }); process.disconnect(); });`,
    );
    const { child, exited } = spawnGuarded(process.execPath, [script], { ipc: true });
    child.send('hello');
    expect((await once(child, 'message'))[0]).toEqual({ got: 'hello' });
    await exited;
  });

  it('takes along what it has started when it is stopped', async () => {
    const folder = await temporaryFolder();
    const running = spawnGuarded('sh', family(folder));
    const numbers = await numbersIn(folder);
    await running.stop();
    await vi.waitFor(() => expect(numbers.filter(isRunning)).toEqual([]), patience);
  });

  it('takes along what it has started when it ends by itself', async () => {
    const folder = await temporaryFolder();
    const { exited } = spawnGuarded('sh', [
      '-c',
      `sleep 1000 & echo $! > '${folder}/child'; echo $$ > '${folder}/parent'`,
    ]);
    const numbers = await numbersIn(folder);
    await exited;
    await vi.waitFor(() => expect(numbers.filter(isRunning)).toEqual([]), patience);
  });

  it('is killed when it does not heed the request to end', async () => {
    const file = join(await temporaryFolder(), 'log');
    const stubborn = spawnGuarded('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], {
      output: { file },
    });
    await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('ready'), patience);
    await stubborn.stop({ graceMs: 200 });
    expect(await stubborn.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });
});

describe('when the process that started them is gone', () => {
  it.each([
    ['killed', 'setInterval(() => undefined, 1000);', (pid: number) => process.kill(pid, 'SIGKILL')],
    ['interrupted', 'setInterval(() => undefined, 1000);', (pid: number) => process.kill(pid, 'SIGINT')],
    ['crashed', `throw new Error('crash');`, () => undefined],
    ['ended without stopping anything', 'process.exit(0);', () => undefined],
  ])('%s: its processes, their children and its folders are gone, too', async (_how, ending, end) => {
    const { owner, temporary, numbers } = await startOwner(await temporaryFolder(), ending);
    end(owner.pid as number);
    await vi.waitFor(() => expect(numbers.filter(isRunning)).toEqual([]), patience);
    await vi.waitFor(() => expect(existsSync(temporary)).toBe(false), patience);
  });

  it('killed together with its watchdog once: a new watchdog has taken over', async () => {
    const folder = await temporaryFolder();
    const { owner, temporary, numbers } = await startOwner(folder, 'setInterval(() => undefined, 1000);');
    const watchdogs = await watchdogsOf(owner.pid as number);
    expect(watchdogs).toHaveLength(1);
    process.kill(watchdogs[0] as number, 'SIGKILL');
    await vi.waitFor(async () => {
      const now = await watchdogsOf(owner.pid as number);
      expect(now).toHaveLength(1);
      expect(now).not.toEqual(watchdogs);
    }, patience);
    expect(numbers.filter(isRunning)).toEqual(numbers);
    process.kill(owner.pid as number, 'SIGKILL');
    await vi.waitFor(() => expect(numbers.filter(isRunning)).toEqual([]), patience);
    await vi.waitFor(() => expect(existsSync(temporary)).toBe(false), patience);
  });
});

describe('a temporary folder', () => {
  it('is for this user only and goes when it is removed', async () => {
    const folder = await createTemporaryFolder('plumbline-test');
    await mkdir(join(folder.path, 'inner'));
    await writeFile(join(folder.path, 'inner/file'), 'x');
    await folder.remove();
    expect(existsSync(folder.path)).toBe(false);
  });
});

async function watchdogsOf(parent: number): Promise<number[]> {
  const { exited, child } = spawnGuarded('ps', ['-A', '-o', 'ppid=,pid=,args='], { output: 'pipe' });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  await Promise.all([exited, once(child, 'close')]);
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return rows
    .filter(([ppid, , ...args]) => Number(ppid) === parent && args.join(' ').includes('guardian-process'))
    .map(([, pid]) => Number(pid));
}
