import { readFileSync } from 'node:fs';
import type { InvocationEvent } from '../../local/aws/lambda/pool.ts';
import type { PlayedStack } from '../../local/aws/play.ts';

/** What was seen of one function. */
export type Sample = {
  milliseconds: number[];
  /** Processor time of each run, with all that it started. Elapsed time says little on a machine that does other things, too. */
  cpuSeconds: number[];
  failures: number;
  peakBytes: number;
};

const everyMilliseconds = 50;

/** Follows every invocation, and the memory of each process with all that it starts (kubectl, helm). */
export function watchFunctions(played: PlayedStack): { samples: Map<string, Sample>; end(): void } {
  const samples = new Map(
    played.functions.map((name): [string, Sample] => [
      name,
      { milliseconds: [], cpuSeconds: [], failures: 0, peakBytes: 0 },
    ]),
  );
  const running = new Map<string, number>();
  const onInvocation = ({ phase, function: name, requestId, pid, milliseconds = 0, ok }: InvocationEvent) => {
    const sample = samples.get(name);
    if (phase === 'start') running.set(requestId, cpuOf(pid));
    if (phase !== 'end' || sample === undefined) return;
    sample.milliseconds.push(milliseconds);
    sample.cpuSeconds.push(cpuOf(pid) - (running.get(requestId) ?? 0));
    running.delete(requestId);
    if (ok !== true) sample.failures += 1;
  };
  const look = () => {
    for (const [name, sample] of samples)
      for (const pid of played.processes(name)) sample.peakBytes = Math.max(sample.peakBytes, bytesOfTree(pid));
  };
  played.events.on('invocation', onInvocation);
  const timer = setInterval(look, everyMilliseconds);
  return {
    samples,
    end() {
      clearInterval(timer);
      played.events.off('invocation', onInvocation);
    },
  };
}

/** Seconds that a process and those of its children that have ended have run; Linux tells them in hundredths. */
function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  } catch {
    return 0;
  }
}

/** Resident memory of a process and its descendants; 0 once it has ended. Pages that they share are counted for each. */
function bytesOfTree(pid: number): number {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return Number(kibibytes) * 1024 + children.reduce((sum, child) => sum + bytesOfTree(Number(child)), 0);
  } catch {
    return 0;
  }
}
