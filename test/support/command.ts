import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { onTestFinished } from 'vitest';

const entry = join(import.meta.dirname, '../../cli/plumbline.js');

export type Run = { code: number; stdout: string; stderr: string };

/** A folder of its own, which ends with the test, and the command started in there as `npx plumbline` would start it. */
export function startInFolder(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return {
    folder,
    /** Puts a command of the shell behind it: `$plumbline set-image . | head -1`. */
    shell: (command: string) =>
      new Promise<Run>((resolve) => {
        const environment = { ...process.env, plumbline: `${process.execPath} ${entry}` };
        const child = execFile('sh', ['-c', command], { cwd: folder, env: environment }, (_error, stdout, stderr) =>
          resolve({ code: child.exitCode ?? -1, stdout, stderr }),
        );
      }),
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    /** @param input what is written to its standard input */
    plumbline: (args: string[], input = '') =>
      new Promise<Run>((resolve) => {
        const child = execFile(process.execPath, [entry, ...args], { cwd: folder }, (_error, stdout, stderr) =>
          resolve({ code: child.exitCode ?? -1, stdout, stderr }),
        );
        child.stdin?.on('error', () => {}).end(input);
      }),
  };
}

/** Runs a command in this process, which is faster. Files it speaks of are named as they were given. */
export async function runCommand(
  command: (out: { stdout: Writable; stderr: Writable }) => Promise<number>,
): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const into = (name: keyof typeof written) =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += chunk;
        done();
      },
    });
  const code = await command({ stdout: into('stdout'), stderr: into('stderr') });
  return { code, ...written };
}
