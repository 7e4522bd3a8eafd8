import { digestOf } from '../../shared/artifacts/digest.ts';
import type { ReadRelease } from '../../shared/artifacts/read-release.ts';
import type { Release } from '../../shared/artifacts/release.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import { type Reconciliation, reconciliationGroup, type Tick } from '../../shared/events/messages.ts';
import type { SendAll } from '../../shared/events/queues.ts';
import type { StateStore } from '../../shared/state/store.ts';
import { branchesToResync, dependants, driftChecks, dueReports, type EnvironmentView, retries } from './decide.ts';

export type DispatcherPorts = {
  environments: Deployer['environments'];
  state: Pick<StateStore, 'readDesired' | 'listApplications' | 'readReport'>;
  readRelease: ReadRelease;
  sendAll: SendAll;
  queues: { gitChanges: string; imagePushes: string; reports: string; reconciliations: Record<string, string> };
  clock: Clock;
};

/** Turns one tick into messages; returns how many. A tick that comes twice or late does no harm: each message only asks to look. */
export async function dispatch(tick: Tick, ports: DispatcherPorts): Promise<number> {
  const cause = `${tick.kind} tick ${tick.scheduledAt}`;
  const { sendAll, queues, environments } = ports;
  switch (tick.kind) {
    case 'resync': {
      const changes = branchesToResync(environments, cause);
      await sendAll(
        queues.gitChanges,
        changes.map((message) => ({ message })),
      );
      return changes.length;
    }
    case 'scan':
      await sendAll(queues.imagePushes, [{ message: { kind: 'image-scan', cause } }]);
      return 1;
    case 'drift':
      return reconcileAll(ports, (view) => driftChecks(view, cause));
    case 'retry':
      return dispatchDue(cause, ports);
  }
}

/** Neither keeps the other back. */
async function dispatchDue(cause: string, ports: DispatcherPorts): Promise<number> {
  const now = ports.clock.now();
  const sent = await Promise.allSettled([
    reconcileAll(ports, (view) => retries(view, now, cause)),
    reportDue(cause, ports),
  ]);
  return sumOf(sent);
}

/** Calls the reporter for what it could not tell, or has to tell again. */
async function reportDue(cause: string, { environments, state, sendAll, queues, clock }: DispatcherPorts) {
  const names = Object.keys(environments);
  const reports = await Promise.all(names.map((name) => state.readReport(name)));
  const due = dueReports(reports, clock.now(), cause);
  await sendAll(
    queues.reports,
    due.map((message) => ({ message })),
  );
  return due.length;
}

/**
 * Starts what waited for applications that have become healthy; returns how many. An environment in which nothing waits for them costs
 * one read.
 */
export async function dispatchDependants(
  environment: string,
  healthy: ReadonlySet<string>,
  ports: DispatcherPorts,
): Promise<number> {
  const release = await releaseOf(environment, ports);
  const isAwaited = Object.values(release?.applications ?? {}).some(({ settings: { dependsOn } }) =>
    dependsOn.some((name) => healthy.has(name)),
  );
  if (!isAwaited) return 0;
  const applications = await ports.state.listApplications(environment);
  return reconcile(environment, dependants({ environment, release, applications }, healthy), ports);
}

/** Has the versions of an environment proposed to those that are promoted from it, now that another revision of it is healthy; returns how many. */
export async function dispatchPromotion(
  environment: string,
  cause: string,
  { environments, queues, sendAll }: DispatcherPorts,
): Promise<number> {
  if (!Object.values(environments).some(({ promoteFrom }) => promoteFrom === environment)) return 0;
  await sendAll(queues.imagePushes, [{ message: { kind: 'promotion', environment, cause } }]);
  return 1;
}

/** Each environment by itself: one that can't be read keeps no other back. */
async function reconcileAll(
  ports: DispatcherPorts,
  decide: (view: EnvironmentView) => Reconciliation[],
): Promise<number> {
  const environments = Object.keys(ports.environments);
  const sent = await Promise.allSettled(
    environments.map(async (environment) => reconcile(environment, decide(await viewOf(environment, ports)), ports)),
  );
  return sumOf(sent);
}

/** @throws the first error, now that all the others are done */
function sumOf(sent: readonly PromiseSettledResult<number>[]): number {
  const failed = sent.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return sent.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
}

async function viewOf(environment: string, ports: DispatcherPorts): Promise<EnvironmentView> {
  const [release, applications] = await Promise.all([
    releaseOf(environment, ports),
    ports.state.listApplications(environment),
  ]);
  return { environment, release, applications };
}

async function releaseOf(environment: string, { state, readRelease }: DispatcherPorts): Promise<Release | undefined> {
  const desired = await state.readDesired(environment);
  return desired === undefined ? undefined : readRelease(desired.release);
}

async function reconcile(
  environment: string,
  reconciliations: readonly Reconciliation[],
  { environments, queues, sendAll }: DispatcherPorts,
): Promise<number> {
  if (reconciliations.length === 0) return 0;
  const queue = queues.reconciliations[environments[environment]?.cluster ?? ''];
  if (queue === undefined) throw new Error(`no reconciliation queue for the environment ${environment}`);
  await sendAll(
    queue,
    reconciliations.map((message) => {
      const group = reconciliationGroup(message);
      // The same cause asks once; the next tick or event asks again.
      return { message, fifo: { group, deduplication: digestOf(`${group} ${message.mode} ${message.cause}`) } };
    }),
  );
  return reconciliations.length;
}
