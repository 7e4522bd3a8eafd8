import type { Judgement } from './authorize.ts';

/** One kind of call that somebody made: who, what, on which resource, and whether it was allowed. */
export type RecordedCall = {
  /** The function's name; the player's own calls are not recorded. */
  caller: string;
  service: string;
  /** As in a policy: `sqs:SendMessage`. */
  action: string;
  /** As in a policy: an ARN, or `*`. */
  resource: string;
  allowed: boolean;
  /** Why not. */
  reason?: string;
  count: number;
  /** Of the last one. */
  at: Date;
};

export type CallRecord = {
  add(caller: string, judgement: Judgement): void;
  /** Every kind of call so far, in the order of its first. */
  list(): RecordedCall[];
};

/** Counts equal calls instead of keeping each: polling makes many. */
export function createCallRecord(): CallRecord {
  const calls = new Map<string, RecordedCall>();
  return {
    add: (caller, { permission: { action, resource }, decision }) => {
      const key = [caller, action, resource, decision.allowed].join(' ');
      const known = calls.get(key);
      const reason = decision.allowed ? {} : { reason: decision.reason };
      const service = action.split(':')[0] ?? '';
      calls.set(key, {
        ...{ caller, service, action, resource, allowed: decision.allowed, ...reason },
        count: (known?.count ?? 0) + 1,
        at: new Date(),
      });
    },
    list: () => [...calls.values()],
  };
}
