import type { Deadline } from '../../shared/kubernetes/api.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { fieldManager } from '../../shared/kubernetes/names.ts';
import { indexResources } from '../../shared/kubernetes/resource.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { FailureKind } from '../../shared/metrics.ts';
import type { RenderedEntry } from '../../shared/state/standing.ts';
import type { ApplyContext } from './apply-object.ts';
import { decideResult, type Findings, kindOf, type Result } from './decide-result.ts';
import { createIsAutoscaled } from './ownership/autoscalers.ts';
import { createFindHeir } from './ownership/heirs.ts';
import type { Connection, ReconcilerPorts } from './ports.ts';
import type { PruneContext } from './prune.ts';
import type { Session } from './session.ts';

/** Why the pass failed, if it did: noted as soon as it is known. */
export type Found = { kind?: FailureKind | undefined };

/** All that one pass over one application works with. */
export type Run = {
  session: Session;
  ports: ReconcilerPorts;
  open: Connection;
  deadline: Deadline;
  /** How long anything may take until it is as it should be. */
  timeoutSeconds: number;
  /** What crashing containers said last may be told. */
  showsLogs: boolean;
  log: Log;
  found: Found;
};

/** A pass over an application that Git has. */
export type ApplicationRun = Run & { entry: RenderedEntry };

/** All objects of a run together may wait this long for what passes by itself. */
const patienceMilliseconds = 30_000;

export function applyContext({ session, ports, open, deadline }: Run): ApplyContext {
  const begin = deadline.remaining();
  const remaining = () => Math.min(deadline.remaining(), patienceMilliseconds - (begin - deadline.remaining()));
  const manager = fieldManager(session.name);
  const { cluster } = open;
  const isAutoscaled = createIsAutoscaled(cluster, manager);
  return { cluster, manager, deadline, patience: { remaining }, sleep: ports.sleep, isAutoscaled };
}

export function observeContext({ session, ports, open, showsLogs }: Run, { resources }: Discovery) {
  const { cluster } = open;
  return { cluster, resources: indexResources(resources), name: session.name, showsLogs, clock: ports.clock };
}

export function pruneContext(run: Run, discovery: Discovery, isRemoval: boolean): PruneContext {
  const { session, ports, deadline } = run;
  const { stale } = discovery;
  const { name, ensureCurrent } = session;
  const observing = observeContext(run, discovery);
  const { resources } = observing;
  const readRelease = async () => {
    const desired = await ports.state.readDesired(name.environment);
    return desired && ports.readRelease(desired.release);
  };
  const findHeir = createFindHeir({ name, resources, readHolders: ports.readHolders, readRelease });
  return { ...observing, stale, isRemoval, findHeir, deadline, sleep: ports.sleep, ensureCurrent };
}

/** How the application stands after what this pass found out. */
export function conclude({ session, ports, timeoutSeconds, found }: Run, findings: Findings): Result {
  found.kind = kindOf(findings);
  return decideResult(findings, { previous: session.state(), now: ports.clock.now(), timeoutSeconds });
}
