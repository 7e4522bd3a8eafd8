import { describeProblem } from '../../shared/problem.ts';
import type { ApplicationState, Attempt } from '../../shared/state/types.ts';

/** What `--report` holds for `--environment`. */
export type FolderReport = {
  ok: boolean;
  /** How many objects the folder renders to, were applied, and were pruned. */
  objects: number;
  applied: number;
  pruned: number;
  /** The object that was changed by hand, and whether it was put back. */
  drift: { object: string; restored: boolean } | undefined;
  /** Phase by application. */
  health: Record<string, string>;
  errors: string[];
};

/** Makes the report of what the state table says in the end. */
export function reportOf({
  objects,
  attempt,
  applications,
  drift,
}: {
  objects: number;
  attempt: Attempt | undefined;
  applications: ApplicationState[];
  drift: FolderReport['drift'];
}): FolderReport {
  const problems = [...(attempt?.problems ?? []), ...applications.flatMap((state) => state.problems)];
  const errors = problems.map(describeProblem);
  const isHealthy = applications.length > 0 && applications.every(({ phase }) => phase === 'healthy');
  return {
    ok: errors.length === 0 && isHealthy && drift?.restored !== false,
    objects,
    applied: applications.reduce((sum, { counts }) => sum + counts.objects, 0),
    pruned: applications.reduce((sum, { counts }) => sum + counts.pruned, 0),
    drift,
    health: Object.fromEntries(applications.map(({ application, phase }) => [application, phase])),
    errors,
  };
}
