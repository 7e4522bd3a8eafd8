import type { InventoryEntry } from '../../shared/artifacts/inventory.ts';
import { foreignFields, withoutOthers } from '../../shared/kubernetes/additions.ts';
import { authorOf, describeAuthor } from '../../shared/kubernetes/authors.ts';
import { changes, showValue } from '../../shared/kubernetes/difference.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import type { LiveObject } from '../../shared/kubernetes/live-object.ts';
import { hashOwned } from '../../shared/kubernetes/ownership.ts';
import type { Problem } from '../../shared/problem.ts';
import type { DriftedField } from '../../shared/state/types.ts';
import { type ApplyContext, applyObject, type ObjectResult } from './apply-object.ts';
import type { RunFailure } from './decide-result.ts';
import { takeAdditions } from './ownership/take-over.ts';
import { type Prepared, problemWith } from './prepared.ts';
import { appliedEntry } from './settle-inventory.ts';
import { tellFailure } from './tell-failure.ts';

export type Suspect = { entry: InventoryEntry; prepared: Prepared; live: LiveObject | undefined };

export type Examined = {
  differences: DriftedField[];
  failures: RunFailure[];
  /** As the inventory has it from now on. */
  entry?: InventoryEntry;
  /** As it stands now, where it was put back. */
  live?: LiveObject;
};

/** Puts a suspicious object back as Git says, and tells what that changed. */
export async function repair(suspect: Suspect, context: ApplyContext): Promise<Examined> {
  const result = await restore(suspect, context);
  if (result.outcome === 'failed') return notApplied(result);
  const { prepared, object } = result;
  const differences = describeDrift(suspect, object, context.manager).map(asDrift(true));
  return { differences, failures: [], entry: appliedEntry(prepared, object, context.manager), live: object };
}

/** Tells what applying a suspicious object would change, and changes nothing. If that is nothing, its new hash is kept. */
export async function inspect(suspect: Suspect, context: ApplyContext): Promise<Examined> {
  const { prepared, live, entry } = suspect;
  const result = await applyObject(withoutRefusals(prepared), context, true);
  if (result.outcome === 'failed') return notApplied(result);
  const found = [
    ...describeDrift(suspect, result.object, context.manager),
    ...describeAdditions(suspect, result.object, context.manager),
  ];
  if (found.length > 0 || live === undefined) return { differences: found.map(asDrift(false)), failures: [] };
  return {
    differences: [],
    failures: [],
    entry: { ...entry, live: hashOwned(live, context.manager, entry.tolerance) },
  };
}

/** What others have taken is told like any drift: it is no failure while nobody is asked to put it back. */
const withoutRefusals = ({ policy, ...prepared }: Prepared): Prepared => ({
  ...prepared,
  policy: { ...policy, conflicts: policy.conflicts === 'fail' ? 'force' : policy.conflicts },
});

const asDrift =
  (corrected: boolean) =>
  (problem: Problem): DriftedField => ({ ...problem, corrected });

/** What was added is made ours first, so that one apply puts everything back; once more, if it shows only then. */
async function restore({ prepared, live }: Suspect, context: ApplyContext): Promise<ObjectResult> {
  const busy = await takeAdditions(prepared, live, context);
  const result = busy ? failed(prepared, busy) : await applyObject(prepared, context);
  if (result.outcome !== 'applied' || foreignFields(result.object, context.manager, prepared.policy).length === 0)
    return result;
  const stillBusy = await takeAdditions(prepared, result.object, context);
  return stillBusy ? failed(prepared, stillBusy) : applyObject(prepared, context);
}

const failed = (prepared: Prepared, failure: Failure): ObjectResult => ({ outcome: 'failed', prepared, failure });

function notApplied({ prepared, failure }: ObjectResult & { outcome: 'failed' }): Examined {
  return { differences: [], failures: tellFailure(prepared, failure) };
}

function describeDrift({ prepared, live }: Suspect, applied: LiveObject, manager: string): Problem[] {
  if (live === undefined) return [problemWith(prepared, 'was deleted')];
  const ours = (object: LiveObject) => withoutOthers(object, applied, manager, prepared.policy);
  return changes(ours(applied), ours(live)).map(({ field, from, to, path }) => ({
    ...problemWith(prepared, `${from} → ${to}${describeAuthor(authorOf(live, path, manager))}`),
    field,
  }));
}

function describeAdditions({ prepared }: Suspect, applied: LiveObject, manager: string): Problem[] {
  return foreignFields(applied, manager, prepared.policy).map(({ path: field, value, ...author }) => ({
    ...problemWith(prepared, `(absent) → ${showValue(applied, field, value)}${describeAuthor(author)}`),
    field,
  }));
}
