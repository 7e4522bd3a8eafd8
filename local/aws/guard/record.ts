import type { Permission } from './operations/operation.ts';
import type { RequestContext } from './policy/conditions.ts';
import type { Decision } from './policy/decide.ts';

/** Who made a call: a session of a role, or (without one) a service of AWS that a resource's own policy lets in. */
type Recorded = {
  name: string;
  roleArn?: string;
  inVpc?: boolean;
  sourceFunctionArn?: string | undefined;
};

/** One kind of call that somebody made: who, what, on which resource, and whether it was allowed. */
export type RecordedCall = {
  /** The function's or schedule's name, or a service's: `events.amazonaws.com`. The player's own calls are not recorded. */
  caller: string;
  /** Whose policies it was judged by; a service has none. */
  roleArn?: string;
  /** The function itself called, not Lambda in its name (which polls queues and streams). */
  byOwnCode: boolean;
  /** Through the VPC's endpoints, whose policies have a say. */
  inVpc: boolean;
  service: string;
  /** As in a policy: `sqs:SendMessage`. */
  action: string;
  /** As in a policy: an ARN, or `*`. */
  resource: string;
  /** The condition keys that are this call's own, in lower case: `dynamodb:leadingkeys`. */
  context: RequestContext;
  allowed: boolean;
  /** Why not. */
  reason?: string;
  count: number;
  /** Of the last one. */
  at: Date;
};

export type CallRecord = {
  add(caller: Recorded, permission: Permission, decision: Decision): void;
  /** Every kind of call so far, in the order of its first. */
  list(): RecordedCall[];
};

/** Counts equal calls instead of keeping each: polling makes many. */
export function createCallRecord(): CallRecord {
  const calls = new Map<string, RecordedCall>();
  return {
    add: (caller, permission, decision) => {
      const call = describe(caller, permission, decision);
      const key = JSON.stringify(call);
      calls.set(key, { ...call, count: (calls.get(key)?.count ?? 0) + 1, at: new Date() });
    },
    list: () => [...calls.values()],
  };
}

function describe(
  { name, roleArn, inVpc = false, sourceFunctionArn }: Recorded,
  { action, resource, context = {} }: Permission,
  decision: Decision,
): Omit<RecordedCall, 'count' | 'at'> {
  return {
    caller: name,
    ...(roleArn !== undefined && { roleArn }),
    ...{ byOwnCode: sourceFunctionArn !== undefined, inVpc },
    ...{ service: action.split(':')[0] ?? '', action, resource, context },
    allowed: decision.allowed,
    ...(!decision.allowed && { reason: decision.reason }),
  };
}
