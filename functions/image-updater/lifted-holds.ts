import { decideUpdates, type Look, type UpdatePlan } from './decide-updates.ts';
import type { Sight } from './look-at-branch.ts';

type Files = Sight['files'];

const mostRevisions = 5;

/**
 * Decides, and where somebody has lifted a hold, once more with what stood there at that time: who takes a version back after that has not
 * lifted anything.
 *
 * @param filesAt the files at a revision
 */
export async function decideLifting(
  look: Omit<Look, 'lifted'>,
  filesAt: (revision: string) => Promise<Files>,
): Promise<UpdatePlan> {
  const plan = decideUpdates({ ...look, lifted: new Map() });
  const revisions = [...new Set(plan.lifts)].slice(0, mostRevisions);
  if (revisions.length === 0) return plan;
  const stood = revisions.map(async (revision) => {
    const { places } = decideUpdates({ ...look, files: await filesAt(revision), lifted: new Map() });
    return [revision, places] as const;
  });
  return decideUpdates({ ...look, lifted: new Map(await Promise.all(stood)) });
}
