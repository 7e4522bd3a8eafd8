import { digestOf } from '../../shared/artifacts/digest.ts';
import type { ReadRelease } from '../../shared/artifacts/read-release.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Deployer } from '../../shared/config/deployer.ts';
import { type Reconciliation, reconciliationGroup, type Tick } from '../../shared/events/messages.ts';
import type { Send } from '../../shared/events/queues.ts';
import type { StateStore } from '../../shared/state/store.ts';
import { branchesToResync, driftChecks, type EnvironmentView, retries } from './decide.ts';

export type DispatcherPorts = {
  environments: Deployer['environments'];
  state: Pick<StateStore, 'readDesired' | 'listApplications'>;
  readRelease: ReadRelease;
  send: Send;
  queues: { gitChanges: string; imagePushes: string; reconciliations: Record<string, string> };
  clock: Clock;
};

/** Turns one tick into messages; returns how many. A tick that comes twice or late does no harm: each message only asks to look. */
export async function dispatch(tick: Tick, ports: DispatcherPorts): Promise<number> {
  const cause = `${tick.kind} tick ${tick.scheduledAt}`;
  switch (tick.kind) {
    case 'resync':
      return sendAll(branchesToResync(ports.environments, cause), (change) =>
        ports.send(ports.queues.gitChanges, change),
      );
    case 'scan':
      return sendAll([{ kind: 'image-scan', cause }], (scan) => ports.send(ports.queues.imagePushes, scan));
    case 'drift':
      return reconcileAll(ports, (view) => driftChecks(view, cause));
    case 'retry':
      return reconcileAll(ports, (view) => retries(view, ports.clock.now(), cause));
  }
}

async function reconcileAll(
  ports: DispatcherPorts,
  decide: (view: EnvironmentView) => Reconciliation[],
): Promise<number> {
  const views = await Promise.all(Object.keys(ports.environments).map((environment) => viewOf(environment, ports)));
  return sendAll(views.flatMap(decide), (reconciliation) => sendReconciliation(reconciliation, ports));
}

async function viewOf(environment: string, { state, readRelease }: DispatcherPorts): Promise<EnvironmentView> {
  const [desired, applications] = await Promise.all([
    state.readDesired(environment),
    state.listApplications(environment),
  ]);
  const release = desired === undefined ? undefined : await readRelease(desired.release);
  return { environment, release, applications };
}

async function sendReconciliation(reconciliation: Reconciliation, { environments, queues, send }: DispatcherPorts) {
  const queue = queues.reconciliations[environments[reconciliation.environment]?.cluster ?? ''];
  if (queue === undefined) throw new Error(`no reconciliation queue for the environment ${reconciliation.environment}`);
  const group = reconciliationGroup(reconciliation);
  // The same tick asks once; the next one asks again.
  await send(queue, reconciliation, {
    group,
    deduplication: digestOf(`${group} ${reconciliation.mode} ${reconciliation.cause}`),
  });
}

async function sendAll<Message>(messages: Message[], send: (message: Message) => Promise<void>): Promise<number> {
  await Promise.all(messages.map(send));
  return messages.length;
}
