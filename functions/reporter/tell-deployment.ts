import { isRetryable, problemsOf } from '../../shared/errors.ts';
import type { DeploymentStatus, DeploymentVoice } from '../../shared/git/ports.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Report } from '../../shared/state/report.ts';
import { type DeploymentStep, supersededBy } from './deployments.ts';

type Place = { repository: string; environment: string; links: Pick<DeploymentStatus, 'environmentUrl' | 'logUrl'> };
type Ports = { git: DeploymentVoice; log: Log };

/** As `Told` of `tell-commits.ts`. */
export type ToldDeployment = { deployment: Report['deployment']; refusals: Problem[] | undefined; isWhole: boolean };

/** Goes on where it was left: each step that is done is remembered by itself. A refusal counts as said. */
export async function tellDeployment(
  steps: readonly DeploymentStep[],
  known: Report['deployment'],
  place: Place,
  ports: Ports,
): Promise<ToldDeployment> {
  const told: ToldDeployment = { deployment: known, refusals: steps.length === 0 ? undefined : [], isWhole: true };
  try {
    for (const step of steps) told.deployment = await carryOut(step, told.deployment, place, ports.git);
  } catch (error) {
    ports.log.error('a Deployment could not be told', { repository: place.repository, error });
    if (isRetryable(error)) return { ...told, isWhole: false };
    return { ...told, refusals: [...problemsOf(error)], deployment: saidOf(steps, told.deployment) };
  }
  return told;
}

async function carryOut(
  step: DeploymentStep,
  current: Report['deployment'],
  { repository, environment, links }: Place,
  git: DeploymentVoice,
): Promise<Report['deployment']> {
  if (step.do === 'create') {
    const id = await git.deployment(repository, step.revision, environment);
    return {
      id,
      revision: step.revision,
      state: '',
      description: '',
      superseded: supersededBy(step.revision, current),
    };
  }
  if (step.do === 'end') {
    await git.setDeployment(repository, step.id, { state: 'inactive', description: 'A newer revision is deployed' });
    return current && { ...current, superseded: current.superseded.filter((id) => id !== step.id) };
  }
  if (current === undefined) return undefined;
  const { state, description } = step;
  await git.setDeployment(repository, current.id, { state, description, ...links });
  return { ...current, state, description };
}

/** As if all had been said, so that it isn't asked for again until there is something else to say. */
function saidOf(steps: readonly DeploymentStep[], current: Report['deployment']): Report['deployment'] {
  const created = steps.find((step) => step.do === 'create')?.revision ?? current?.revision ?? '';
  const known = current?.revision === created ? current : undefined;
  const { state = '', description = '' } = steps.find((step) => step.do === 'set') ?? known ?? {};
  return { id: known?.id ?? 0, revision: created, state, description, superseded: [] };
}
