import { readFileSync, writeFileSync } from 'node:fs';

/** What a process has used. Both are undefined where there is no `/proc` to read them from. */
export type Usage = { cpuSeconds: number | undefined; peakBytes: number | undefined };

/** Linux tells processes' time in hundredths of a second, whatever it measures in. */
const ticksPerSecond = 100;
const everyMilliseconds = 20;

/** Watches a process from now on; `end` says what it has used since, even if it has ended. */
export function watchProcess(pid: number): { end(): Usage } {
  const before = readCpu(pid) ?? 0;
  forgetPeak(pid);
  let last: Usage = { cpuSeconds: undefined, peakBytes: undefined };
  const look = () => {
    const cpu = readCpu(pid);
    if (cpu !== undefined) last = { cpuSeconds: cpu - before, peakBytes: readPeak(pid) ?? last.peakBytes };
  };
  look();
  const timer = setInterval(look, everyMilliseconds);
  return {
    end() {
      clearInterval(timer);
      look();
      return last;
    },
  };
}

/** Watches several processes: their time is added up, the peak is that of the one with the greatest. */
export function watchProcesses(pids: readonly number[]): { end(): Usage } {
  const watches = pids.map(watchProcess);
  return {
    end() {
      const usages = watches.map((watch) => watch.end());
      return {
        cpuSeconds: combine(
          usages.map(({ cpuSeconds }) => cpuSeconds),
          (values) => values.reduce((sum, value) => sum + value, 0),
        ),
        peakBytes: combine(
          usages.map(({ peakBytes }) => peakBytes),
          (values) => Math.max(...values),
        ),
      };
    },
  };
}

/** Of what was measured; undefined where nothing was. */
export function combine(
  values: readonly (number | undefined)[],
  work: (values: number[]) => number,
): number | undefined {
  const measured = values.filter((value) => value !== undefined);
  return measured.length === 0 ? undefined : work(measured);
}

/** Seconds that a process has run, in user mode and in the kernel, by `/proc/PID/stat`. The name in it may hold anything. */
export function parseCpu(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The most memory that was in use at once, in bytes, by `/proc/PID/status`. A process that has just ended has none. */
export function parsePeak(status: string): number | undefined {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

const readCpu = (pid: number) => attempt(() => parseCpu(readFileSync(`/proc/${pid}/stat`, 'utf8')));
const readPeak = (pid: number) => attempt(() => parsePeak(readFileSync(`/proc/${pid}/status`, 'utf8')));

/** @see https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
const forgetPeak = (pid: number) => attempt(() => writeFileSync(`/proc/${pid}/clear_refs`, '5'));

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
