import { type InventoryEntry, identityOfEntry, keyOfEntry } from '../../shared/artifacts/inventory.ts';
import type { Health } from '../../shared/health/health.ts';
import { hasHealth, judge } from '../../shared/health/judge.ts';
import { describeIdentity } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Observation } from './observe.ts';

/** Objects that won't become healthy by themselves, and those that aren't yet; and the entries of both. */
export type HealthFindings = { unhealthy: Problem[]; waiting: Problem[]; pending: InventoryEntry[] };

export const needsLook = (entry: InventoryEntry) => hasHealth(identityOfEntry(entry));

/** Judges every entry by what was seen of it. What could not be seen is reported elsewhere, as the failure that it is. */
export function judgeHealth(entries: readonly InventoryEntry[], { live, blind }: Observation): HealthFindings {
  const findings: HealthFindings = { unhealthy: [], waiting: [], pending: [] };
  for (const entry of entries.filter(needsLook)) {
    const key = keyOfEntry(entry);
    const seen = live.get(key);
    const { status, message } = seen === undefined ? missing : judge(seen);
    if (status === 'current' || blind.has(key)) continue;
    const problem = { object: describeIdentity(identityOfEntry(entry)), message };
    findings[status === 'failed' ? 'unhealthy' : 'waiting'].push(problem);
    findings.pending.push(entry);
  }
  return findings;
}

const missing: Health = { status: 'progressing', message: 'is not in the cluster' };
