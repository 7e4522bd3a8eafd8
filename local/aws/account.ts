import { createTemporaryFolder, type TemporaryFolder } from '../tools/guardian.ts';
import { writeAtomically } from './bridges/atomic.ts';
import { bridgeEks, type ClusterDescription, type Clusters } from './bridges/eks.ts';
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
import { type Identity, identify } from './guard/identify.ts';
import type { RecordedCall } from './guard/record.ts';
import type { Credentials } from './guard/signature.ts';
import { type Caller, createWorld, type World } from './guard/world.ts';
import { createLogSink, type LogSink } from './lambda/logs.ts';
import { type PlayedStack, type PlayOptions, playTemplate } from './play.ts';
import { createRegistry, type PushOptions } from './registry.ts';
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

/** The AWS account on this machine. */
export type LocalAccount = {
  /** The address of all services: `http://127.0.0.1:PORT`. */
  endpoint: string;
  region: string;
  accountId: string;
  /** Of the administrator, who may do everything. */
  credentials: Credentials;
  /** SDK clients of the administrator. */
  clients: Clients;
  /** Reads what `cdk synth` wrote and makes it real. @throws TemplateError for what can't be. */
  play(cdkOut: string, options?: PlayOptions): Promise<PlayedStack>;
  /** Pushes an image to ECR. @returns its digest. */
  pushImage(repository: string, tag: string, options?: PushOptions): Promise<string>;
  /** Sends the event of a push, even of an image that doesn't exist. */
  emitPush(repository: string, tag: string, digest: string): Promise<void>;
  /** Credentials of a session of a role of the template, as Lambda would get them. */
  assumeRole(request: SessionRequest): Promise<Credentials>;
  /** Who signed a presigned `GetCallerIdentity`, as an EKS token is made of; undefined if its signature doesn't hold. */
  identify(url: string, headers: Readonly<Record<string, string>>): Promise<Identity | undefined>;
  /** Folder with what stands for the functions' `/opt` and `/tmp`. */
  folder: string;
  /** Makes `eks:DescribeCluster` answer with this cluster. */
  setCluster(name: string, cluster: ClusterDescription): void;
  /** What the functions have called so far, and whether they were allowed to. */
  calls(): RecordedCall[];
  /** What was published to topics so far. */
  published(): readonly Published[];
  /** Ends every process and removes every file of the account. */
  close(): Promise<void>;
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
  folder: TemporaryFolder;
  published: Published[];
  deliverAs(request: SessionRequest | undefined): Promise<Deliver>;
  maxInstances: number;
  warn(message: string): void;
};

/**
 * Starts an empty AWS account: the emulator, and the guard in front of it. Everything of it listens on the loopback
 * interface, and ends with this process.
 *
 * @throws SetupError when the emulator can't be had.
 */
export async function startAccount(options: AccountOptions = {}): Promise<LocalAccount> {
  const clusters: Clusters = new Map();
  const internals = await assemble(options, clusters);
  const { emulator, guard, world, clients, bus, published } = internals;
  const registry = createRegistry(clients, bus);
  const played: PlayedStack[] = [];
  return {
    endpoint: guard.url,
    region: emulator.region,
    accountId: emulator.accountId,
    credentials: emulator.administrator,
    clients,
    folder: internals.folder.path,
    play: async (cdkOut, playOptions = {}) => {
      const stack = await playTemplate(internals, cdkOut, playOptions);
      played.push(stack);
      return stack;
    },
    pushImage: registry.push,
    emitPush: registry.emitPush,
    assumeRole: async (request) => (await internals.sessions.assume(request)).credentials,
    identify: async (url, headers) => identify(world, url, headers),
    setCluster: (name, cluster) => void clusters.set(name, cluster),
    calls: () => guard.record.list(),
    published: () => published,
    close: () => close(internals, played),
  };
}

async function assemble(options: AccountOptions, clusters: Clusters): Promise<Internals> {
  const { warn = () => undefined, maxInstances = 4 } = options;
  const emulator = await startEmulator(options);
  const { accountId, region, administrator } = emulator;
  const world = createWorld(accountId, region);
  const arn = `arn:aws:iam::${accountId}:user/administrator`;
  const caller: Caller = {
    credentials: administrator,
    principal: { kind: 'user', arn, accountId },
    name: 'administrator',
    inVpc: false,
  };
  world.callers.set(administrator.accessKeyId, caller);
  const guard = await startGuard(world, emulator.port, caller);
  const known = new Map<string, Clients>();
  const clientsOf = ({ credentials }: Caller): Clients => {
    const clients = known.get(credentials.accessKeyId) ?? createClients({ endpoint: guard.url, region, credentials });
    known.set(credentials.accessKeyId, clients);
    return clients;
  };
  const clients = clientsOf(caller);
  const sessions = createSessions(world, clients.sts);
  const [folder, parts, wake, published] = [
    await createTemporaryFolder('plumbline-account'),
    createParts(),
    createWake(),
    [],
  ];
  const logs = createLogSink(options.keepLogs);
  const functions = createFunctions({
    ...{ world, sessions, logs, maxInstances, warn, endpoint: guard.url, folder: folder.path },
    ...{ python: await pythonOf(options), layerOverrides: options.layerOverrides },
  });
  const deliverAs: Internals['deliverAs'] = async (request) =>
    createDeliver({ parts, functions, clients: request ? clientsOf(await sessions.assume(request)) : clients });
  const bus = createEventBus({ world, parts, warn, deliver: await deliverAs(undefined) });
  const internals = {
    emulator,
    world,
    guard,
    clients,
    clientsOf,
    sessions,
    functions,
    parts,
    wake,
    bus,
    logs,
    folder,
    published,
    deliverAs,
    maxInstances,
    warn,
  };
  intercept(internals, clusters);
  return internals;
}

/** The outermost first. */
function intercept(
  { guard, world, wake, published, functions, parts, bus, deliverAs, warn }: Internals,
  clusters: Clusters,
): void {
  const isContentBased = (url: string) =>
    [...parts.queues.values()].some((queue) => queue.url === url && queue.contentBased);
  const deliverFor = async (arn: string) => {
    const definition = functions.find(arn)?.definition;
    return deliverAs(definition && { roleArn: definition.roleArn, sessionName: definition.name });
  };
  guard.intercept(wakePollers(wake));
  guard.intercept(keepPublished(published));
  guard.intercept(rememberSessions(world));
  guard.intercept(rememberSecrets(world));
  guard.intercept(hideMissingObjects(world));
  guard.intercept(writeAtomically());
  guard.intercept(deduplicateFifo({ isContentBased }));
  guard.intercept(bridgeEks(world, clusters));
  guard.intercept(bridgeEvents(bus));
  guard.intercept(bridgeLambda({ functions, parts, deliverAs: deliverFor, warn }));
}

async function close(
  { functions, guard, emulator, folder, logs, clients }: Internals,
  played: readonly PlayedStack[],
): Promise<void> {
  await Promise.all(played.map((stack) => stack.stop()));
  await functions.close();
  clients.destroy();
  await guard.close();
  await emulator.close();
  await Promise.all([logs.close(), folder.remove()]);
}
