/**
 * Runs work that may take long under a label. `say` adds what is being done just now.
 * Whoever waits is shown the label, the detail and the time that has passed, but only if it takes long.
 */
export type Progress = <Result>(
  label: string,
  work: (say: (detail: string) => void) => Promise<Result>,
) => Promise<Result>;

/** The part of a stream that progress is written to. */
type ProgressStream = {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
};

export type ProgressOptions = {
  /** Default: standard error, so that standard output stays clean for whoever pipes it. */
  stream?: ProgressStream;
  /** What takes less than this stays silent. Milliseconds; default 2,000. */
  silentForMs?: number;
  /** How often the live line of a terminal is drawn. Milliseconds; default 1,000. */
  drawEveryMs?: number;
  /** How often a line is written where there is no terminal. Milliseconds; default 10,000. */
  lineEveryMs?: number;
};

/** Says nothing: for tests. */
export const silently: Progress = (_label, work) => work(() => undefined);

type Task = { label: string; detail: string; started: number; shownAt: number | undefined };
type Settings = Required<ProgressOptions>;

/** One live line on a terminal, a plain line now and then elsewhere, so that a log shows that work goes on. */
export function createProgress(options: ProgressOptions = {}): Progress {
  const settings = { stream: process.stderr, silentForMs: 2000, drawEveryMs: 1000, lineEveryMs: 10_000, ...options };
  const tasks = new Set<Task>();
  return async (label, work) => {
    const task: Task = { label, detail: '', started: Date.now(), shownAt: undefined };
    tasks.add(task);
    const timer = setInterval(() => show(settings, tasks, task), Math.min(settings.drawEveryMs, settings.silentForMs));
    try {
      const result = await work((detail) => {
        task.detail = detail;
      });
      finish(settings, task, 'done');
      return result;
    } catch (error) {
      finish(settings, task, 'failed');
      throw error;
    } finally {
      clearInterval(timer);
      tasks.delete(task);
    }
  };
}

function show(settings: Settings, tasks: ReadonlySet<Task>, task: Task): void {
  const now = Date.now();
  if (now - task.started < settings.silentForMs) return;
  if (settings.stream.isTTY) {
    task.shownAt = now;
    settings.stream.write(`${clearLine}${liveLine(tasks, settings)}`);
  } else if (task.shownAt === undefined || now - task.shownAt >= settings.lineEveryMs) {
    task.shownAt = now;
    settings.stream.write(`${describe(task)}\n`);
  }
}

/** All that is going on shares the one line, or two tasks at once would overwrite each other. */
function liveLine(tasks: ReadonlySet<Task>, { stream, silentForMs }: Settings): string {
  const shown = [...tasks].filter(({ started }) => Date.now() - started >= silentForMs);
  // A line as wide as the terminal would wrap, and the next one would no longer replace it.
  return shown
    .map(describe)
    .join(' | ')
    .slice(0, (stream.columns ?? 80) - 1);
}

function finish({ stream }: Settings, task: Task, how: 'done' | 'failed'): void {
  if (task.shownAt === undefined) return;
  const line = `${task.label}: ${how} after ${elapsed(Date.now() - task.started)}\n`;
  stream.write(stream.isTTY ? `${clearLine}${line}` : line);
}

const clearLine = '\r\u001b[2K';

function describe({ label, detail, started }: Task): string {
  return `${label} (${elapsed(Date.now() - started)})${detail === '' ? '' : `: ${detail}`}`;
}

/** `7 s`, `6 min 3 s`: for people, so whole seconds. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
