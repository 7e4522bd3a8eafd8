import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from './sqs-batch.ts';

/** JSON lines: a static message and details such as `{ environment, application, revision }`; never a secret, a token or a whole event. */
export function createLog(serviceName: string): Log {
  const logger = new Logger({ serviceName });
  return {
    info: (message, details = {}) => logger.info(message, details),
    warn: (message, details = {}) => logger.warn(message, printable(details)),
    error: (message, details = {}) => logger.error(message, printable(details)),
  };
}

/** Powertools formats an Error (with stack and cause) where it stands under the key `error`. */
function printable({ error, ...details }: Record<string, unknown>): Record<string, unknown> {
  return error === undefined
    ? details
    : { ...details, error: error instanceof Error ? error : new Error(String(error)) };
}
