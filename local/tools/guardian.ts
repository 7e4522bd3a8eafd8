import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A process that dies by SIGKILL, or crashes, cannot clean up after itself. So one small watchdog outlives it and is
 * told, before anything is made, what will have to go: process groups and folders. One is enough for any number of
 * children, and they stay this process's own children. It starts with the first thing that is guarded.
 */
const owned = new Set<string>();
let guardian: ChildProcess | undefined;

/** Everything in this process group is killed when this process is gone. */
export function guardGroup(group: number): void {
  own(`group ${group}`);
}

/** The group has ended. Its number may soon be somebody else's. */
export function releaseGroup(group: number): void {
  disown(`group ${group}`);
}

/** This folder, which need not be there yet, is removed when this process is gone. */
export function guardFolder(path: string): void {
  own(`folder ${path}`);
}

/** The folder is gone, or is to stay. */
export function releaseFolder(path: string): void {
  disown(`folder ${path}`);
}

/** A folder that is gone when `remove` was called or this process has ended, however it ended. */
export type TemporaryFolder = { path: string; remove(): Promise<void> };

/** Makes an empty folder, readable by this user only, in the system's place for temporary files. */
export async function createTemporaryFolder(prefix: string): Promise<TemporaryFolder> {
  const path = join(tmpdir(), `${prefix}-${randomUUID().slice(0, 8)}`);
  guardFolder(path);
  await mkdir(path, { mode: 0o700 });
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
      releaseFolder(path);
    },
  };
}

function own(thing: string): void {
  owned.add(thing);
  if (guardian === undefined) start();
  else tell(`+${thing}`);
}

function disown(thing: string): void {
  owned.delete(thing);
  tell(`-${thing}`);
}

/** A small write to a pipe is in the pipe when this returns, even if the reader has not started yet. */
function tell(line: string): void {
  guardian?.stdin?.write(`${line}\n`);
}

function start(): void {
  const script = fileURLToPath(new URL('./guardian-process.ts', import.meta.url));
  // Its own session: Ctrl-C and a killed process group of ours must not take it along.
  guardian = spawn(process.execPath, [script], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.stdin?.on('error', () => undefined);
  guardian.once('exit', (_code, signal) => replace(signal));
  guardian.once('error', () => replace(null));
  // It must not keep this process alive: waiting for our end is what it is there for.
  guardian.unref();
  (guardian.stdin as Socket).unref();
  for (const thing of owned) tell(`+${thing}`);
}

/** Somebody killed the watchdog: a new one takes its list. One that fails by itself would fail again. */
function replace(signal: NodeJS.Signals | null): void {
  guardian = undefined;
  if (signal === null) process.emitWarning('the watchdog has failed: started processes may outlive this one');
  else if (owned.size > 0) start();
}
