import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

type Process = { pid: number; parent: number; zombie: boolean; command: string };

async function listProcesses(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), zombie: state?.startsWith('Z') ?? false, command }];
  });
}

/** Remembers every process that descends from one, looking again and again; afterwards it can say which of them still live. */
export function watchDescendants(root: number) {
  const seen = new Map<number, string>();
  const look = async () => {
    const all = await listProcesses();
    const family = new Set([root]);
    // A child's id may be smaller than its parent's, so it takes as many rounds as there are generations.
    for (let size = 0; size !== family.size; ) {
      size = family.size;
      for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    }
    family.delete(root);
    for (const { pid, command } of all) if (family.has(pid)) seen.set(pid, command);
  };
  const timer = setInterval(() => void look().catch(() => undefined), 250);
  return {
    look,
    stop: () => clearInterval(timer),
    async living(): Promise<string[]> {
      const all = await listProcesses();
      return all
        .filter(({ pid, zombie, command }) => !zombie && seen.get(pid) === command)
        .map(({ pid, command }) => `${pid} ${command}`);
    },
    count: () => seen.size,
  };
}
