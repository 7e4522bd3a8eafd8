import {
  type ConflictDecision,
  describeConflicts,
  type FieldConflict,
  reportConflicts,
} from '../../shared/kubernetes/conflict.ts';
import type { Failure } from '../../shared/kubernetes/failure.ts';
import { applicationLabel, managerPrefix } from '../../shared/kubernetes/names.ts';
import type { ApplyContext } from './apply-object.ts';
import type { Prepared } from './prepared.ts';

type Conflict = { prepared: Prepared; conflicts: readonly FieldConflict[]; decision: ConflictDecision };

/**
 * Why an object is not applied because of its conflicts, if it isn't. Whoever may write to Git is told what stands in the cluster only
 * of fields that Git names, and not in a dry run, which asks for anybody's branch.
 */
export async function refusalOf(
  { prepared, conflicts, decision }: Conflict,
  { cluster, manager }: ApplyContext,
  dryRun: boolean,
): Promise<Failure | undefined> {
  if (decision.do !== 'refuse' && !conflicts.some(isLabel)) return undefined;
  if (decision.do === 'refuse' && decision.conflicts.length === 0) return claimed(decision.message);
  if (decision.do === 'refuse' && dryRun) return permanent(decision.message);
  const live = await cluster.read(prepared.resource, prepared.identity);
  if (decision.do !== 'refuse') {
    const owner = (live?.metadata.managedFields ?? []).find((entry) => isOtherApplication(entry.manager, manager));
    return owner && claimed(alreadyClaimed(owner.manager));
  }
  const reports = reportConflicts(decision.conflicts, prepared.object, live);
  return { ...permanent(describeConflicts(reports)), conflicts: reports };
}

/** An object that moves is refused only until the other application has let go of it, in the same revision. */
const claimed = (message: string): Failure => ({ message, retryable: true });

const permanent = (message: string): Failure => ({ message, retryable: false });

/** Somebody has changed the label by hand. That alone doesn't make the object ours if another application still applies it. */
const isLabel = ({ field }: FieldConflict) => field === `.metadata.labels.${applicationLabel}`;

const isOtherApplication = (manager = '', ours: string) => manager.startsWith(managerPrefix) && manager !== ours;

const alreadyClaimed = (manager = '') =>
  `belongs to the application ${manager.slice(managerPrefix.length)}, which applies it, too; an object can belong to one application only, so remove it from one of them`;
