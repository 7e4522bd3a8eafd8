import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** One line that a function wrote, or the player about it. */
export type LogLine = { at: Date; text: string };

/** What all functions have written. */
export type LogSink = {
  write(functionName: string, text: string): void;
  /** The newest lines of one function, oldest first. */
  read(functionName: string): LogLine[];
  close(): Promise<void>;
};

/** So many lines of each function stay in memory. */
const kept = 20_000;

/**
 * @param folder where each function's lines also go, in `NAME.log`; default: nowhere.
 * @param observe told of every line.
 */
export function createLogSink(folder?: string, observe: (text: string) => void = () => undefined): LogSink {
  const lines = new Map<string, LogLine[]>();
  const files = new Map<string, WriteStream>();
  if (folder) mkdirSync(folder, { recursive: true });
  const fileOf = (name: string) => {
    const file = files.get(name) ?? createWriteStream(join(folder ?? '', `${name}.log`), { flags: 'a' });
    files.set(name, file);
    return file;
  };
  return {
    write: (name, text) => {
      const all = lines.get(name) ?? [];
      lines.set(name, all);
      all.push({ at: new Date(), text });
      observe(text);
      if (all.length > kept) all.splice(0, all.length - kept);
      if (folder) fileOf(name).write(`${text}\n`);
    },
    read: (name) => [...(lines.get(name) ?? [])],
    close: async () => {
      await Promise.all([...files.values()].map((file) => new Promise<void>((resolve) => file.end(() => resolve()))));
    },
  };
}
