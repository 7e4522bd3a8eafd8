import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { spawnGuarded } from '../../../local/tools/guarded-process.ts';

/** A program that answers each line on its standard input with one on its standard output, both JSON. */
export type LineProcess = {
  pid: number;
  /** One question at a time. @throws Error with what it said on standard error if it has ended, or with the error that it answered */
  ask<Answer>(question: object): Promise<Answer>;
  close(): Promise<void>;
};

export function startLineProcess(command: string, args: readonly string[], name: string): LineProcess {
  const { child, pid, exited, stop } = spawnGuarded(command, args, { name, output: 'pipe', openInput: true });
  const said: string[] = [];
  createInterface({ input: child.stderr as Readable }).on('line', (line) => said.push(line));
  const answers = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
  return {
    pid,
    async ask<Answer>(question: object) {
      child.stdin?.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await answers.next();
      if (done) {
        await exited;
        throw new Error(`${name} has ended: ${said.slice(-10).join('\n')}`);
      }
      const answer = JSON.parse(value) as Answer & { error?: string };
      if (answer.error) throw new Error(`${name}: ${answer.error}`);
      return answer;
    },
    close: () => stop({ graceMs: 0 }),
  };
}
