import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { guardGroup, releaseGroup } from './guardian.ts';
import { SetupError } from './setup-error.ts';

export type GuardedOptions = {
  /** What the process is called in messages. Default: the command. */
  name?: string;
  cwd?: string;
  /** Default: this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** Where standard output and standard error go: a file (appended to), `child.stdout` and `child.stderr`, or nowhere. Default: nowhere. */
  output?: { file: string } | 'pipe' | 'ignore';
  /** Opens Node's message channel (`child.send`, `process.send`). Default: false. */
  ipc?: boolean;
  /** Leaves `child.stdin` open to be written to. Default: false, it is at its end. */
  openInput?: boolean;
};

/** How a process ended: by itself with a code, or by a signal. */
type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type GuardedProcess = {
  /** The process itself. */
  child: ChildProcess;
  pid: number;
  /** Resolves when it has ended and everything that it had started in its process group was killed. */
  exited: Promise<Exit>;
  /** Asks it to end (SIGTERM), and kills it and what it started when it doesn't within `graceMs` (default 5,000; 0 kills at once). */
  stop(options?: { graceMs?: number }): Promise<void>;
};

/**
 * Starts a program in a process group of its own that ends when this process ends, even by SIGKILL.
 *
 * It waits behind a gate until the watchdog knows of it: `sh` reads one line and then becomes the program, so there is
 * no moment at which the death of this process would leave it running. A program that can't be started therefore exits
 * with the shell's 126 or 127.
 *
 * @throws SetupError if not even a shell can be started.
 */
export function spawnGuarded(command: string, args: readonly string[], options: GuardedOptions = {}): GuardedProcess {
  const { cwd, env, name = command } = options;
  const stdio = stdioOf(options);
  const gate = ['-c', 'read -r _ && exec "$@"', 'sh', command, ...args];
  const child = spawn('/bin/sh', gate, { cwd, env, detached: true, stdio: stdio.options });
  stdio.close();
  const { pid } = child;
  if (pid === undefined) {
    child.once('error', () => undefined);
    throw new SetupError(`cannot start ${name}: the system refused to start a process`);
  }
  const exited = exitOf(child, pid);
  guardGroup(pid);
  openGate(child, options.openInput);
  return { child, pid, exited, stop: ({ graceMs = 5000 } = {}) => stop(pid, exited, graceMs) };
}

/** The last lines of a log file, for the message of an error. */
export async function tailOf(file: string, lines = 20): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function openGate({ stdin }: ChildProcess, staysOpen = false): void {
  // It may have ended already; then `exited` tells.
  stdin?.on('error', () => undefined);
  stdin?.write('\n');
  if (!staysOpen) stdin?.end();
}

function exitOf(child: ChildProcess, pid: number): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      signalGroup(pid, 'SIGKILL');
      releaseGroup(pid);
      resolve({ code, signal });
    });
  });
}

async function stop(pid: number, exited: Promise<Exit>, graceMs: number): Promise<void> {
  signalGroup(pid, graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
  const impatience = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  await exited;
  clearTimeout(impatience);
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody is left in it.
  }
}

function stdioOf({ output = 'ignore', ipc = false }: GuardedOptions): { options: StdioOptions; close(): void } {
  const file = typeof output === 'object' ? openSync(output.file, 'a') : undefined;
  const target = file ?? (output as 'pipe' | 'ignore');
  return {
    options: ['pipe', target, target, ...(ipc ? (['ipc'] as const) : [])],
    close: () => {
      if (file !== undefined) closeSync(file);
    },
  };
}
