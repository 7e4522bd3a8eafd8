import { BadInputError, MissingError, PlumblineError, RefusedError } from './errors.ts';
import type { FailureKind } from './metrics.ts';

/** Our own errors are named by remedy already; anything unforeseen is a mistake of ours, or a service's. */
export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof BadInputError || error instanceof MissingError) return 'input';
  if (error instanceof RefusedError) return 'refused';
  return error instanceof PlumblineError ? 'unavailable' : 'internal';
}
