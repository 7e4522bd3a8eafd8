import { createTemporaryFolder, type TemporaryFolder } from '../tools/guardian.ts';
import { writeAtomically } from './bridges/atomic.ts';
import { bridgeEcr } from './bridges/ecr.ts';
import { bridgeEks, type Clusters } from './bridges/eks.ts';
import { deduplicateFifo } from './bridges/fifo.ts';
import { bridgeLambda } from './bridges/lambda.ts';
import {
  bridgeEvents,
  hideMissingObjects,
  keepPublished,
  type Published,
  rememberSecrets,
  rememberSessions,
  wakePollers,
} from './bridges/observe.ts';
import { type Clients, createClients } from './clients.ts';
import { type Emulator, type EmulatorOptions, pythonOf, startEmulator } from './emulator/emulator.ts';
import { createFunctions, type Functions } from './functions.ts';
import { type Guard, startGuard } from './guard/guard.ts';
import { type Caller, createWorld, type World } from './guard/world.ts';
import { createLogSink, type LogSink } from './lambda/logs.ts';
import { readEmf } from './metrics/emf.ts';
import { followMessages, type Messages } from './metrics/messages.ts';
import { createObservations, type Observations } from './metrics/observations.ts';
import { createTell, type Tell } from './metrics/tell.ts';
import { createSessions, type SessionRequest, type Sessions } from './sessions.ts';
import { createDeliver, type Deliver } from './sources/deliver.ts';
import { createEventBus, type EventBus } from './sources/event-bus.ts';
import { createWake, type Wake } from './sources/wake.ts';
import { createParts, type Parts } from './template/parts.ts';

export type AccountOptions = EmulatorOptions & {
  /** Folder where each function's log lines go, in `NAME.log`. Default: kept in memory only. */
  keepLogs?: string | undefined;
  /** Processes of one function at once. Default 4. */
  maxInstances?: number;
  /** Files in place of a layer's (path below `/opt` → file), for machines that can't run the layer's programs. */
  layerOverrides?: Readonly<Record<string, string>>;
  /** Told what went wrong where nobody waits for an answer: a crash, a time-out, a refused delivery. Default: nothing. */
  warn?(message: string): void;
};

/** What the parts of an account share. */
export type Internals = {
  emulator: Emulator;
  world: World;
  guard: Guard;
  clients: Clients;
  clientsOf(caller: Caller): Clients;
  sessions: Sessions;
  functions: Functions;
  parts: Parts;
  wake: Wake;
  bus: EventBus;
  logs: LogSink;
  observations: Observations;
  messages: Messages;
  /** Counts what a service would count. */
  tell: Tell;
  folder: TemporaryFolder;
  published: Published[];
  deliverAs(request: SessionRequest | undefined): Promise<Deliver>;
  maxInstances: number;
  warn(message: string): void;
};

/** Starts the emulator and the guard, and connects everything with everything. */
export async function createInternals(options: AccountOptions, clusters: Clusters): Promise<Internals> {
  const { warn = () => undefined, maxInstances = 4 } = options;
  const python = await pythonOf(options);
  const emulator = await startEmulator(options);
  const { accountId, region, port } = emulator;
  const world = createWorld(accountId, region);
  const administrator = registerAdministrator(world, emulator);
  const guard = await startGuard(world, port, administrator);
  const clientsOf = createClientCache(guard.url, region);
  const clients = clientsOf(administrator);
  const sessions = createSessions(world, clients.sts);
  const folder = await createTemporaryFolder('plumbline-account');
  const observations = createObservations();
  const tell = createTell(observations);
  const logs = createLogSink(options.keepLogs, (text) => {
    for (const observation of readEmf(text)) observations.record(observation);
  });
  const messages = followMessages(tell.messageSent);
  const [parts, wake, published] = [createParts(), createWake(), []];
  const functions = createFunctions({
    ...{ world, sessions, logs, maxInstances, warn, python, endpoint: guard.url, folder: folder.path },
    layerOverrides: options.layerOverrides,
  });
  functions.events.on('invocation', tell.invocation);
  const deliverAs: Internals['deliverAs'] = async (request) =>
    createDeliver({ parts, functions, clients: request ? clientsOf(await sessions.assume(request)) : clients });
  const bus = createEventBus({
    ...{ world, parts, warn, deliver: await deliverAs(undefined) },
    countFailure: tell.ruleFailure,
  });
  const ours = { emulator, world, guard, clients, clientsOf, sessions, functions, parts, wake, bus, logs, folder };
  const internals = { ...ours, observations, messages, tell, published, deliverAs, maxInstances, warn };
  intercept(internals, clusters);
  return internals;
}

function registerAdministrator({ callers }: World, { accountId, administrator }: Emulator): Caller {
  const arn = `arn:aws:iam::${accountId}:user/administrator`;
  const principal = { kind: 'user' as const, arn, accountId };
  const caller: Caller = { credentials: administrator, principal, name: 'administrator', inVpc: false };
  callers.set(administrator.accessKeyId, caller);
  return caller;
}

/** Each caller's clients are made once: they keep their connections. */
function createClientCache(endpoint: string, region: string): Internals['clientsOf'] {
  const known = new Map<string, Clients>();
  return ({ credentials }) => {
    const clients = known.get(credentials.accessKeyId) ?? createClients({ endpoint, region, credentials });
    known.set(credentials.accessKeyId, clients);
    return clients;
  };
}

/** The outermost first. */
function intercept(
  { guard, world, wake, messages, published, functions, parts, bus, clients, deliverAs, warn }: Internals,
  clusters: Clusters,
): void {
  const isContentBased = (url: string) =>
    [...parts.queues.values()].some((queue) => queue.url === url && queue.contentBased);
  const deliverFor = async (arn: string) => {
    const definition = functions.find(arn)?.definition;
    return deliverAs(definition && { roleArn: definition.roleArn, sessionName: definition.name });
  };
  guard.intercept(messages.intercept);
  guard.intercept(wakePollers(wake));
  guard.intercept(keepPublished(published));
  guard.intercept(rememberSessions(world));
  guard.intercept(rememberSecrets(world));
  guard.intercept(hideMissingObjects(world));
  guard.intercept(writeAtomically());
  guard.intercept(deduplicateFifo({ isContentBased }));
  guard.intercept(bridgeEks(world, clusters));
  guard.intercept(bridgeEcr({ clients, region: world.region }));
  guard.intercept(bridgeEvents(bus));
  guard.intercept(bridgeLambda({ functions, parts, deliverAs: deliverFor, warn }));
}

/** Ends what {@link createInternals} has started. */
export async function closeInternals({ functions, guard, emulator, folder, logs, clients }: Internals): Promise<void> {
  await functions.close();
  clients.destroy();
  await Promise.allSettled([guard.close(), emulator.close()]);
  await Promise.all([logs.close(), folder.remove()]);
}
