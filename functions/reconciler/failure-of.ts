import { isRetryable, PlumblineError } from '../../shared/errors.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';

/**
 * One of our own errors as the failure of one object.
 *
 * @throws whatever else it is: a mistake in the code is nobody's manifest
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof PlumblineError)) throw error;
  return { message: error.message, retryable: isRetryable(error) };
}
