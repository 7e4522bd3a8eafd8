import { digestOf } from '../../shared/artifacts/digest.ts';
import type { Report } from '../../shared/state/report.ts';
import type { ApplicationState } from '../../shared/state/types.ts';
import { type News, whole } from './breakages.ts';
import type { Standing } from './standing.ts';

type Told = Pick<Report, 'drifted' | 'deployed'>;

/** What is worth telling although nothing is broken: what was changed by hand, once for each change, and a revision that is deployed. */
export function decideChanges(
  standing: Standing,
  { applications, revision, now }: { applications: readonly ApplicationState[]; revision: string; now: Date },
  told: Told,
): { news: News[]; told: Told } {
  const drifts = applications.flatMap(driftOf);
  const fresh = drifts.filter(({ application, digest }) => told.drifted[application] !== digest);
  const isDeployed = standing.whole.state === 'success' && revision !== told.deployed?.revision;
  return {
    news: [
      ...fresh.map(({ application, problems }): News => ({ kind: 'drifted', what: application, problems })),
      ...(isDeployed ? [{ kind: 'deployed', what: whole, problems: [] } satisfies News] : []),
    ],
    told: {
      drifted: Object.fromEntries(drifts.map(({ application, digest }) => [application, digest])),
      deployed: isDeployed ? { revision, at: now.toISOString() } : told.deployed,
    },
  };
}

/** Whether it was put back is not part of what was changed. */
function driftOf({ application, drift }: ApplicationState) {
  const differences = drift?.differences ?? [];
  if (differences.length === 0) return [];
  const problems = differences.map(({ corrected: _, ...problem }) => problem);
  return [{ application, problems, digest: digestOf(JSON.stringify(problems)) }];
}
