import { MissingError, RefusedError, TryAgainError } from '../errors.ts';
import type { Downloaded } from './ports.ts';

/** @param what was asked for, for messages: `the chart web 1.2.3 of oci://…` @throws unless the status is 200 */
export function requireOk({ status }: Pick<Downloaded, 'status'>, what: string): void {
  if (status === 200) return;
  if (status === 404 || status === 410) throw new MissingError(`${what} is not there (${status})`);
  if (status === 401 || status === 403)
    throw new RefusedError(
      `${what} is not public (${status}): charts are fetched without credentials, but from ECR by this function's role`,
    );
  throw new TryAgainError(`${what} could not be fetched (${status})`);
}
