import { MissingError, RefusedError, TryAgainError } from '../errors.ts';
import type { Credentials, Downloaded } from './ports.ts';

/**
 * @param what was asked for, for messages: `the chart web 1.2.3 of oci://…`
 * @param credentials it was asked for with. Default: none
 * @throws unless the status is 200
 */
export function requireOk({ status }: Pick<Downloaded, 'status'>, what: string, credentials?: Credentials): void {
  if (status === 200) return;
  if (status === 404 || status === 410) throw new MissingError(`${what} is not there (${status})`);
  if (status === 401 || status === 403) throw refused(status, what, credentials);
  throw new TryAgainError(`${what} could not be fetched (${status})`);
}

function refused(status: number, what: string, credentials: Credentials | undefined): RefusedError {
  if (credentials !== undefined)
    return new RefusedError(`${what} may not be read (${status}) with what the secret ${credentials.secret} says`);
  return new RefusedError(
    `${what} is not public (${status}), and "chartCredentials" in deployer.yaml has none for it; charts in ECR are read by this function's role`,
  );
}
