import { isDeepStrictEqual } from 'node:util';
import type { Inventory } from '../../shared/artifacts/inventory.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import { loggable } from '../../shared/problem.ts';
import { isApplied } from '../../shared/state/standing.ts';
import type { ApplicationState, DriftedField } from '../../shared/state/types.ts';
import { cut, type Findings, merge, nothingFound, type RunFailure } from './decide-result.ts';
import { explainRollouts } from './explain-rollouts.ts';
import { judgeHealth } from './judge-health.ts';
import { type Observation, stayingIn } from './observe.ts';
import { type ApplicationRun, conclude } from './run.ts';

type Explaining = Parameters<typeof explainRollouts>[2];

export type Checked = {
  before: Inventory;
  inventory: Inventory;
  observation: Observation;
  differences: DriftedField[];
  failures: RunFailure[];
  /** What became of what Git no longer has. */
  pruned: Findings;
};

/** Writes what a check found, if it found anything: state that stays as it is wakes nobody. */
export async function recordCheck(run: ApplicationRun, checked: Checked, context: Explaining): Promise<void> {
  const { session, log } = run;
  logDrift(checked, log);
  const state = session.state();
  const drift = driftAfter(run, checked);
  const result = isApplied(state, run.entry) ? conclude(run, await findingsOf(checked, context)) : {};
  const isSame = isSameInventory(checked);
  if (isSame && drift === state.drift && isQuiet(state, result)) return;
  await session.save({ ...result, drift }, isSame ? undefined : checked.inventory);
}

/** Entries that nobody touched are the very same. */
const isSameInventory = ({ before, inventory }: Checked) =>
  before.size === inventory.size && [...inventory].every(([key, entry]) => isDeepStrictEqual(before.get(key), entry));

/** An application that could not be applied keeps the result that says why. */
const isQuiet = (state: ApplicationState, { phase }: Partial<ApplicationState>) =>
  phase === undefined || (phase === 'healthy' && state.phase === 'healthy');

async function findingsOf({ inventory, observation, failures, pruned }: Checked, context: Explaining) {
  const { unhealthy, waiting } = judgeHealth(stayingIn(inventory), observation);
  const isWell = unhealthy.length + waiting.length === 0;
  const health = isWell ? nothingFound : await explainRollouts({ unhealthy, waiting }, observation, context);
  return merge({ ...health, failures: [...observation.failures, ...failures] }, pruned);
}

/** What was put back stays on record until something else is; what was only reported, until it is gone. */
function driftAfter({ session, ports }: ApplicationRun, { differences }: Checked): ApplicationState['drift'] {
  const before = session.state().drift;
  const isRepair = differences.some(({ corrected }) => corrected);
  const repaired = isRepair ? differences : (before?.differences ?? []);
  const all = [...ofKind(differences, false), ...ofKind(repaired, true)];
  if (all.length === 0) return undefined;
  if (!isRepair && isDeepStrictEqual(all, before?.differences)) return before;
  const at = differences.length > 0 || before === undefined ? ports.clock.now().toISOString() : before.at;
  return { at, differences: all };
}

const ofKind = (differences: readonly DriftedField[], corrected: boolean): DriftedField[] =>
  cut(differences.filter((each) => each.corrected === corrected)).map((each) => ({ ...each, corrected }));

function logDrift({ differences, failures, observation }: Checked, log: Log): void {
  for (const difference of cut(differences)) log.warn('drift', loggable(difference));
  for (const { problem } of [...observation.failures, ...failures])
    log.warn('drift could not be looked at or put back', loggable(problem));
}
