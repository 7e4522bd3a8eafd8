import { isRetryable, problemsOf, StaleError } from '../../shared/errors.ts';
import type { PlanRequest, Reconciliation } from '../../shared/events/messages.ts';
import { failureKindOf } from '../../shared/failure-kind.ts';
import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import { workOf } from '../../shared/state/standing.ts';
import { decideResult, nothingFound } from './decide-result.ts';
import { decideRun, type RunDecision, type Situation } from './decide-run.ts';
import { openCluster } from './open-cluster.ts';
import type { Pass } from './pass.ts';
import type { ReconcilerPorts } from './ports.ts';
import type { Found } from './run.ts';
import { runApply } from './run-apply.ts';
import { runCheck } from './run-check.ts';
import { runJudge } from './run-judge.ts';
import { runPlan } from './run-plan.ts';
import { runRemove } from './run-remove.ts';
import { createSession, type Session } from './session.ts';

const maximumPasses = 4;
/** Deletions that last longer than this are reported as failed: nobody is left who could say how long they may take. */
const removalTimeoutSeconds = 600;

/**
 * Does for one application what there is to do. What comes of it, and when to come back, goes into state; the message is done with.
 * A revision that comes in between is handled at once, from the start. A plan changes nothing but that it is there.
 *
 * @returns what was done and came of it, or undefined if there was nothing to do
 * @throws whatever kept the result from being recorded: then the message has to come back
 */
export async function reconcile(
  message: Reconciliation | PlanRequest,
  ports: ReconcilerPorts,
  deadline: Deadline,
): Promise<Pass | undefined> {
  if (message.mode === 'plan') return runPlan(message, ports, deadline).then(() => undefined);
  for (let pass = 1; ; pass += 1) {
    try {
      return await reconcileOnce(message, ports, deadline);
    } catch (error) {
      if (!(error instanceof StaleError) || pass === maximumPasses || deadline.remaining() <= 0) throw error;
      ports.log.info('superseded, starting over', { ...nameOf(message) });
    }
  }
}

async function reconcileOnce(
  message: Reconciliation,
  ports: ReconcilerPorts,
  deadline: Deadline,
): Promise<Pass | undefined> {
  const started = ports.clock.now().getTime();
  const situation = await readSituation(message, ports);
  const decision = decideRun(situation);
  const { desired, state } = situation;
  const log = withDetails(ports.log, { ...nameOf(message), revision: desired?.revision });
  if (desired === undefined || decision.do === 'nothing') {
    log.info('nothing to do', reasonOf(decision));
    return undefined;
  }
  const entry = situation.release?.applications[message.application];
  const session = createSession({ name: nameOf(message), state, desired, work: workOf(entry) }, ports);
  const found: Found = {};
  await carryOutSafely({ decision, session, ports, deadline, log, found });
  const { phase, problems, counts } = session.state();
  const milliseconds = ports.clock.now().getTime() - started;
  const done = decision.do === 'apply' ? counts : {};
  log.info('application reconciled', { did: decision.do, phase, problems: problems.length, ...done, milliseconds });
  return { did: decision.do, desired, before: state, after: session.state(), milliseconds, failure: found.kind };
}

const nameOf = ({ environment, application }: Reconciliation) => ({ environment, application });

const reasonOf = (decision: RunDecision) => (decision.do === 'nothing' ? { because: decision.because } : {});

async function readSituation(message: Reconciliation, { state, readRelease }: ReconcilerPorts): Promise<Situation> {
  const { environment, application } = message;
  const [present, desired] = await Promise.all([
    state.readApplication(environment, application),
    state.readDesired(environment),
  ]);
  const release = desired === undefined ? undefined : await readRelease(desired.release);
  const depends = release?.applications[application]?.settings.dependsOn ?? [];
  const states = await Promise.all(depends.map((name) => state.readApplication(environment, name)));
  const stateOf = (name: string) => states[depends.indexOf(name)];
  return { message, state: present, desired, release, stateOf };
}

type Step = {
  decision: RunDecision;
  session: Session;
  ports: ReconcilerPorts;
  deadline: Deadline;
  log: Log;
  found: Found;
};

/** A failure is a result like any other. */
async function carryOutSafely(step: Step): Promise<void> {
  try {
    await carryOut(step);
  } catch (error) {
    if (error instanceof StaleError) throw error;
    step.log.error('reconciliation failed', { error });
    step.found.kind = failureKindOf(error);
    await recordFailure(step, error);
  }
}

async function carryOut({ decision, session, ports, deadline, log, found }: Step): Promise<void> {
  if (decision.do === 'nothing') return;
  if (decision.do === 'suspend') return session.save({ phase: 'suspended', problems: [], next: undefined });
  if (decision.do === 'hold') return session.save({ phase: 'held', problems: [decision.problem], next: undefined });
  if (decision.do === 'wait') return session.save({ phase: 'waiting', problems: decision.problems, next: undefined });
  const open = await openCluster(session.name.environment, ports, deadline);
  const run = { session, ports, open, deadline, log, found };
  if (decision.do === 'remove') return runRemove({ ...run, timeoutSeconds: removalTimeoutSeconds, showsLogs: false });
  const { entry } = decision;
  const { timeoutSeconds, podLogs } = entry.settings;
  const runs = { apply: runApply, judge: runJudge, check: runCheck };
  return runs[decision.do]({ ...run, entry, timeoutSeconds, showsLogs: podLogs === 'show' });
}

async function recordFailure({ decision, session, ports }: Step, error: unknown): Promise<void> {
  const failures = problemsOf(error).map((problem) => ({ problem, retryable: isRetryable(error) }));
  const context = { previous: session.state(), now: ports.clock.now(), timeoutSeconds: 0 };
  const artifact = 'entry' in decision ? decision.entry.artifact.digest : undefined;
  await session.save({ artifact, ...decideResult({ ...nothingFound, failures }, context) });
}

function withDetails(log: Log, common: Record<string, unknown>): Log {
  return {
    info: (message, details) => log.info(message, { ...common, ...details }),
    warn: (message, details) => log.warn(message, { ...common, ...details }),
    error: (message, details) => log.error(message, { ...common, ...details }),
  };
}
