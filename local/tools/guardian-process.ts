import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * The watchdog that `guardian.ts` starts. It learns on standard input what its parent owns, one change a line
 * (`+group 123`, `-group 123`, `+folder /tmp/x`, `-folder /tmp/x`). Its input ends when the parent is gone, however
 * it went; then it ends the process groups and removes the folders that are still on the list.
 */
const owned = new Set<string>();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.startsWith('+')) owned.add(line.slice(1));
    else owned.delete(line.slice(1));
  })
  .on('close', () => {
    for (const group of ownedOfKind('group')) killGroup(Number(group));
    for (const folder of ownedOfKind('folder')) removeFolder(folder);
  });

function ownedOfKind(kind: string): string[] {
  return [...owned].filter((thing) => thing.startsWith(`${kind} `)).map((thing) => thing.slice(kind.length + 1));
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

function removeFolder(folder: string): void {
  try {
    // Killed processes may still be writing their last files.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  } catch {
    // Nobody is left to be told, and the other folders are still to be removed.
  }
}
