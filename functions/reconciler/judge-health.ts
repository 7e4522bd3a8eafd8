import { type InventoryEntry, identityOfEntry, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import { hasHealth, judge } from '../../shared/health/judge.ts';
import { describeIdentity } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Observation } from './observe.ts';

/** Objects that won't become healthy by themselves, and those that aren't yet. */
export type HealthFindings = { unhealthy: Problem[]; waiting: Problem[] };

export const needsLook = (entry: InventoryEntry) => hasHealth(identityOfEntry(entry));

/** Judges every entry by what was seen of it. What could not be seen is reported elsewhere, as the failure that it is. */
export function judgeHealth(entries: readonly InventoryEntry[], { live, blind }: Observation): HealthFindings {
  const findings: HealthFindings = { unhealthy: [], waiting: [] };
  for (const entry of entries.filter(needsLook)) {
    const key = keyOfEntry(entry);
    if (blind.has(key)) continue;
    const object = describeIdentity(identityOfEntry(entry));
    const seen = live.get(key);
    const { status, message } = seen === undefined ? missing : judge(seen);
    if (status === 'failed') findings.unhealthy.push({ object, message });
    else if (status !== 'current') findings.waiting.push({ object, message });
  }
  return findings;
}

const missing = { status: 'progressing', message: 'is not in the cluster' } as const;
