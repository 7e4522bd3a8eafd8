import { expired, type Fault, unknownCaller, wrongSignature } from './answers.ts';
import { parseAmzDate, type SignatureClaim } from './claim.ts';
import { verifySignature } from './signature.ts';
import type { WireRequest } from './wire.ts';
import type { Caller, World } from './world.ts';

/** How far a caller's clock may be off, in milliseconds. */
const allowedSkew = 15 * 60_000;

function isExpired({ signedAt, lifetime }: SignatureClaim, now: number): boolean {
  const age = now - parseAmzDate(signedAt);
  if (Number.isNaN(age) || age < -allowedSkew) return true;
  return age > (lifetime === undefined ? allowedSkew : lifetime * 1000);
}

/** Who signed the request; a fault when nobody known did, the signature is another's, or its time is over. */
export function authenticate(
  { callers }: World,
  request: WireRequest,
  claim: SignatureClaim,
  now = Date.now(),
): { caller: Caller } | { fault: Fault } {
  const caller = callers.get(claim.accessKeyId);
  if (caller === undefined || caller.credentials.sessionToken !== claim.sessionToken) return { fault: unknownCaller };
  if (!verifySignature(request, claim, caller.credentials.secretAccessKey)) return { fault: wrongSignature };
  return isExpired(claim, now) ? { fault: expired } : { caller };
}
