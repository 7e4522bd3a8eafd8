import { keys } from '../../shared/artifacts/keys.ts';
import type { Plan } from '../../shared/artifacts/plan.ts';
import type { Release } from '../../shared/artifacts/release.ts';
import { problemsOf } from '../../shared/errors.ts';
import type { PlanRequest } from '../../shared/events/messages.ts';
import type { Deadline } from '../../shared/kubernetes/api.ts';
import { stringifyJson } from '../../shared/manifests/json.ts';
import type { ApplicationState } from '../../shared/state/types.ts';
import { decidePlan } from './decide-plan.ts';
import type { ReconcilerPorts } from './ports.ts';
import { nothingPlanned, type Planned, preview, previewRemoval } from './preview.ts';

/**
 * Says what a revision would do to one application, and does none of it: neither the cluster nor the application's state changes. A plan
 * that can't be made is stored, too, with the reason, so that whoever waits for it always gets an answer.
 *
 * @throws whatever kept the plan from being stored: then the message has to come back
 */
export async function runPlan(request: PlanRequest, ports: ReconcilerPorts, deadline: Deadline): Promise<void> {
  const started = ports.clock.now();
  const { environment, application, release, id } = request;
  if (!(await isAwaited(request, ports)))
    return ports.log.info('nobody waits for this plan any more', { environment, application, id });
  const planned = await planSafely(request, ports, deadline);
  const plan: Plan = { version: 1, id, environment, application, release, at: started.toISOString(), ...planned };
  await ports.objects.putOnce(keys.plan(environment, application, id), new TextEncoder().encode(stringifyJson(plan)));
  await note(request, planned.outcome, ports);
  const milliseconds = ports.clock.now().getTime() - started.getTime();
  const { outcome, objects } = planned;
  ports.log.info('application planned', {
    environment,
    application,
    id,
    outcome,
    objects: objects.length,
    milliseconds,
  });
}

/** A pull request that has moved on has asked for another plan, and one that was closed for none. */
async function isAwaited(
  { environment, pullRequest, id }: PlanRequest,
  { pullRequests }: ReconcilerPorts,
): Promise<boolean> {
  if (pullRequest === undefined) return true;
  const state = await pullRequests.readPullRequest(environment, pullRequest);
  return state?.phase === 'planning' && state.asked?.id === id;
}

/** By this change of state others learn of the plan. */
async function note(
  { environment, application, pullRequest, id }: PlanRequest,
  outcome: Plan['outcome'],
  { pullRequests }: ReconcilerPorts,
): Promise<void> {
  if (pullRequest === undefined) return;
  await pullRequests.notePlan({ environment, number: pullRequest, id, application, outcome });
}

type Outcome = Planned & Pick<Plan, 'revision' | 'isRemoval'>;

async function planSafely(request: PlanRequest, ports: ReconcilerPorts, deadline: Deadline): Promise<Outcome> {
  const { environment, application } = request;
  let about: Pick<Plan, 'revision' | 'isRemoval'> = { isRemoval: false };
  try {
    const [release, state] = await Promise.all([
      ports.readRelease(request.release),
      ports.state.readApplication(environment, application),
    ]);
    about = { revision: release.revision, isRemoval: release.applications[application] === undefined };
    return { ...about, ...(await plan(request, { release, state }, ports, deadline)) };
  } catch (error) {
    ports.log.error('plan failed', { environment, application, id: request.id, error });
    return { ...about, ...nothingPlanned, outcome: 'failed', problems: [...problemsOf(error)] };
  }
}

type Known = { release: Release; state: ApplicationState | undefined };

async function plan(
  { environment, application }: PlanRequest,
  { release, state }: Known,
  ports: ReconcilerPorts,
  deadline: Deadline,
): Promise<Planned> {
  const decision = decidePlan(application, release, state);
  const context = { name: { environment, application }, release, state, ports, deadline };
  switch (decision.do) {
    case 'apply':
      return preview(decision.entry, context);
    case 'remove':
      return previewRemoval(context);
    case 'tell':
      return { ...nothingPlanned, outcome: decision.outcome, problems: [...decision.problems] };
  }
}
