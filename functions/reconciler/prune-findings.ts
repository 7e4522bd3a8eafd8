import { type InventoryEntry, identityOfEntry } from '../../shared/artifacts/inventory.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import { describeIdentity } from '../../shared/manifests/object.ts';
import type { Findings } from './decide-result.ts';
import type { PruneResult } from './prune.ts';

/** What pruning came to, in the words of a run's findings. */
export function findingsOfPrune(results: readonly PruneResult[]): Findings {
  return {
    isUnfinished: results.some(({ outcome }) => outcome === 'untried'),
    failures: results.flatMap((result) => (result.outcome === 'failed' ? [failure(result)] : [])),
    unhealthy: [],
    waiting: results.flatMap((result) => {
      if (result.outcome === 'terminating') return [terminating(result)];
      if (result.outcome === 'moving') return [moving(result)];
      return result.outcome === 'waiting' ? [waiting(result)] : [];
    }),
  };
}

function failure({ entry, failure: { message, retryable } }: PruneResult & { outcome: 'failed' }) {
  return { problem: { object: nameOf(entry), message: `could not be deleted: ${message}` }, retryable };
}

/** Finalizers belong to whoever set them, and are never taken away. */
function terminating({ entry, finalizers }: PruneResult & { outcome: 'terminating' }) {
  const message = `is being deleted${finalizers.length === 0 ? '' : `; its finalizers must end first: ${finalizers.join(', ')}`}`;
  return { object: nameOf(entry), message };
}

const waiting = ({ entry, for: above }: PruneResult & { outcome: 'waiting' }) => ({
  object: nameOf(entry),
  message: `is deleted when ${nameOf(above)}, which is of a higher wave, is gone`,
});

const moving = ({ entry, to }: PruneResult & { outcome: 'moving' }) => ({
  object: nameOf(entry),
  message: `moves to the application ${to}, which has not applied it yet`,
});

/** What is left in the cluster on purpose is said once, when it leaves the inventory. */
export function logKept(results: readonly PruneResult[], log: Log): void {
  for (const result of results)
    if (result.outcome === 'kept')
      log.warn('object left in the cluster', { object: nameOf(result.entry), because: result.because });
}

const nameOf = (entry: InventoryEntry) => describeIdentity(identityOfEntry(entry));
