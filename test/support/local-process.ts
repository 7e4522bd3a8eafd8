import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchDescendants } from './process-tree.ts';

const main = join(import.meta.dirname, '../../local/main.ts');

export type Local = Awaited<ReturnType<typeof startLocal>>;

/**
 * `npm run local` with these options, without npm between.
 *
 * @param beside the place for temporary files, if it is to find another one there. Default: one of its own
 */
export async function startLocal(args: string[], beside?: { temporary: string }) {
  const temporary = beside?.temporary ?? (await mkdtemp(join(tmpdir(), 'local-test-')));
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const family = watchDescendants(child.pid ?? 0);
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    output += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve)).finally(family.stop);
  return {
    temporary,
    /** Its exit code; null after a signal. */
    ended,
    output: () => output,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Resolves when its output has this text. */
    async said(text: string): Promise<void> {
      const heard = new Promise<true>((resolve) => {
        const look = () => output.includes(text) && resolve(true);
        listeners.add(look);
        look();
      });
      if ((await Promise.race([heard, ended])) !== true)
        throw new Error(`it ended without saying "${text}":\n${output}`);
      await family.look();
    },
    /** How many processes it has started so far. */
    processes: family.count,
    /** Processes that it started and that still live, and what it left among the temporary files. */
    leftovers: async () => [...(await family.living()), ...(await readdir(temporary))],
    cleanUp: () => rm(temporary, { recursive: true, force: true }),
  };
}
