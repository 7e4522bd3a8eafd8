import { isDeepStrictEqual } from 'node:util';
import { type Inventory, printInventory } from '../../shared/artifacts/inventory.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import { loggable, type Problem } from '../../shared/problem.ts';
import { isApplied } from '../../shared/state/standing.ts';
import type { ApplicationState } from '../../shared/state/types.ts';
import { cut, type RunFailure } from './decide-result.ts';
import { judgeHealth } from './judge-health.ts';
import { type Observation, stayingIn } from './observe.ts';
import { type ApplicationRun, conclude } from './run.ts';

export type Checked = {
  before: Inventory;
  inventory: Inventory;
  observation: Observation;
  differences: Problem[];
  failures: RunFailure[];
};

/** Writes what a check found, if it found anything: state that stays as it is wakes nobody. */
export async function recordCheck(run: ApplicationRun, checked: Checked): Promise<void> {
  const { session, log } = run;
  logDrift(checked, log);
  const state = session.state();
  const drift = driftAfter(run, checked);
  const result = isApplied(state, run.entry) ? conclude(run, findingsOf(checked)) : {};
  const isSame = printInventory(checked.before) === printInventory(checked.inventory);
  if (isSame && drift === state.drift && isQuiet(state, result)) return;
  await session.save({ ...result, drift }, isSame ? undefined : checked.inventory);
}

/** An application that could not be applied keeps the result that says why. */
const isQuiet = (state: ApplicationState, { phase }: Partial<ApplicationState>) =>
  phase === undefined || (phase === 'healthy' && state.phase === 'healthy');

function findingsOf({ inventory, observation, failures }: Checked) {
  const { unhealthy, waiting } = judgeHealth(stayingIn(inventory), observation);
  return { unhealthy, waiting, failures: [...observation.failures, ...failures] };
}

/** Drift that was put back stays on record until there is other drift; drift that was only reported, until it is gone. */
function driftAfter({ session, ports, entry }: ApplicationRun, { differences }: Checked): ApplicationState['drift'] {
  const { drift } = session.state();
  if (differences.length === 0) return drift?.corrected === false ? undefined : drift;
  const corrected = entry.settings.drift === 'correct';
  if (!corrected && drift?.corrected === false && isDeepStrictEqual(drift.differences, cut(differences))) return drift;
  return { at: ports.clock.now().toISOString(), corrected, differences: cut(differences) };
}

function logDrift({ differences, failures, observation }: Checked, log: Log): void {
  for (const difference of cut(differences)) log.warn('drift', loggable(difference));
  for (const { problem } of [...observation.failures, ...failures])
    log.warn('drift could not be looked at or put back', loggable(problem));
}
