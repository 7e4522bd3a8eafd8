import type { DeploymentState } from '../../shared/git/ports.ts';
import type { Report } from '../../shared/state/report.ts';
import type { Standing } from './standing.ts';
import type { EnvironmentView } from './view.ts';

/** What is to be done about GitHub's Deployments: in this order. */
export type DeploymentStep =
  | { do: 'create'; revision: string }
  | { do: 'set'; state: DeploymentState; description: string }
  | { do: 'end'; id: number };

const states = { pending: 'in_progress', success: 'success', failure: 'failure', error: 'error' } as const;

/**
 * One Deployment for each revision, from the moment at which it is the desired one. The one before ends as soon as the newer one is there: GitHub itself
 * ends only those of environments that aren't production.
 *
 * @see https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status
 */
export function decideDeployment(
  { attempt }: EnvironmentView,
  standing: Standing,
  known: Report['deployment'],
): DeploymentStep[] {
  const revision = attempt?.revision ?? '';
  if (revision === '' || !standing.isCurrent) return [];
  const isSame = known?.revision === revision;
  const state = states[standing.whole.state];
  const description = standing.whole.summary;
  const isSaid = isSame && known.state === state && known.description === description;
  // One that GitHub refused to make is tried again with the next thing that there is to say.
  const isMade = isSame && (known.id !== 0 || isSaid);
  return [
    ...(isMade ? [] : [{ do: 'create', revision } as const]),
    ...(isSaid ? [] : [{ do: 'set', state, description } as const]),
    ...supersededBy(revision, known).map((id) => ({ do: 'end', id }) as const),
  ];
}

/** Those that are still to be ended once there is one of this revision. */
export function supersededBy(revision: string, known: Report['deployment']): number[] {
  if (known === undefined) return [];
  const { id, superseded } = known;
  return known.revision === revision || id === 0 ? superseded : [...superseded, id];
}
