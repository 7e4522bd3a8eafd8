import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import { foreignFields, takeOver, withoutOthers } from '../../shared/kubernetes/additions.ts';
import { differences, showValue } from '../../shared/kubernetes/difference.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { hashOwned } from '../../shared/kubernetes/ownership.ts';
import type { Problem } from '../../shared/problem.ts';
import { type ApplyContext, applyObject, type ObjectResult } from './apply-object.ts';
import type { RunFailure } from './decide-result.ts';
import { type Prepared, problemWith } from './prepared.ts';
import { appliedEntry } from './settle-inventory.ts';

export type Suspect = { entry: InventoryEntry; prepared: Prepared; live: LiveObject | undefined };

export type Examined = {
  /** What differs from Git, field by field: `2 → 5` says that Git has 2. */
  differences: Problem[];
  failures: RunFailure[];
  /** As the inventory has it from now on. */
  entry?: InventoryEntry;
  /** As it stands now, where it was put back. */
  live?: LiveObject;
};

/** Puts a suspicious object back as Git says, and tells what that changed. */
export async function repair(suspect: Suspect, context: ApplyContext): Promise<Examined> {
  const result = await restore(suspect.prepared, context);
  if (result.outcome === 'failed') return notApplied(result);
  const { prepared, object } = result;
  const found = describeDrift(suspect, object, context.manager);
  return { differences: found, failures: [], entry: appliedEntry(prepared, object, context.manager), live: object };
}

/** Tells what applying a suspicious object would change, and changes nothing. If that is nothing, its new hash is kept. */
export async function inspect(suspect: Suspect, context: ApplyContext): Promise<Examined> {
  const { prepared, live, entry } = suspect;
  const result = await applyObject(prepared, context, true);
  if (result.outcome === 'failed') return notApplied(result);
  const found = [
    ...describeDrift(suspect, result.object, context.manager),
    ...describeAdditions(suspect, result.object, context.manager),
  ];
  if (found.length > 0 || live === undefined) return { differences: found, failures: [] };
  return { differences: [], failures: [], entry: { ...entry, live: hashOwned(live, context.manager) } };
}

const maximumTakeOvers = 10;
const pauseMilliseconds = 100;

/** Applies. Where somebody on the undo list owns what Git doesn't say, that is made ours first, so that a second apply removes it. */
async function restore(prepared: Prepared, context: ApplyContext): Promise<ObjectResult> {
  const result = await applyObject(prepared, context);
  if (result.outcome === 'failed' || foreignFields(result.object, context.manager).length === 0) return result;
  if (await takeForeign(prepared, result.object, context)) return applyObject(prepared, context);
  const failure = {
    message: 'others change it all the time, so what they added could not be removed',
    retryable: true,
  };
  return { outcome: 'failed', prepared, failure };
}

/** During a rollout its controller writes to the object, too: then it is read again. */
async function takeForeign(prepared: Prepared, object: LiveObject, { cluster, manager, sleep }: ApplyContext) {
  const { resource, identity } = prepared;
  let seen: LiveObject | undefined = object;
  for (let attempt = 1; attempt <= maximumTakeOvers && seen !== undefined; attempt += 1) {
    if ((await cluster.reassign(resource, seen, takeOver(seen, manager))) === 'written') return true;
    await sleep(pauseMilliseconds);
    seen = await cluster.read(resource, identity);
  }
  return false;
}

function notApplied({ prepared, failure }: ObjectResult & { outcome: 'failed' }): Examined {
  const { message, retryable } = failure;
  return { differences: [], failures: [{ problem: problemWith(prepared, message), retryable }] };
}

function describeDrift({ prepared, live }: Suspect, applied: LiveObject, manager: string): Problem[] {
  if (live === undefined) return [problemWith(prepared, 'was deleted')];
  const ours = (object: LiveObject) => withoutOthers(object, applied, manager);
  return differences(ours(applied), ours(live)).map(({ field, from, to }) => ({
    ...problemWith(prepared, `${from} → ${to}`),
    field,
  }));
}

function describeAdditions({ prepared }: Suspect, applied: LiveObject, manager: string): Problem[] {
  return foreignFields(applied, manager).map(({ path: field, value, manager: who, time }) => ({
    ...problemWith(prepared, `(absent) → ${showValue(applied, field, value)}, by ${who}${time ? ` at ${time}` : ''}`),
    field,
  }));
}
