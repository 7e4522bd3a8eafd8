import { describeConflict, withoutDot } from '../../shared/kubernetes/conflict.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import type { RunFailure } from './decide-result.ts';
import { type Prepared, problemWith } from './prepared.ts';

/** What went wrong with one object, at its place in Git. A conflict is a problem of its own for each field. */
export function tellFailure(prepared: Prepared, { message, retryable, conflicts = [] }: Failure): RunFailure[] {
  if (conflicts.length === 0) return [{ problem: problemWith(prepared, message), retryable }];
  return conflicts.map((conflict) => ({
    problem: { ...problemWith(prepared, describeConflict(conflict)), field: withoutDot(conflict.field) },
    retryable,
  }));
}
