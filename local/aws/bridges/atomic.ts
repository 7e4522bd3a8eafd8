import type { Interceptor } from '../guard/guard.ts';

const conditional: Readonly<Record<string, RegExp>> = {
  dynamodb: /^(Put|Update|Delete|Transact|Batch)/,
  s3: /^(Put|CompleteMultipart)/,
};

/**
 * Lets one write of a service through at a time. moto serves each request in a thread of its own and reads, judges and
 * writes without a lock: of five counters added to at once two got the same number, where DynamoDB and S3 are atomic.
 */
export function writeAtomically(): Interceptor {
  const last = new Map<string, Promise<unknown>>();
  return ({ operation: { service, name } }, next) => {
    if (!conditional[service]?.test(name)) return next();
    const answer = (last.get(service) ?? Promise.resolve()).then(next, next);
    last.set(service, answer);
    return answer;
  };
}
