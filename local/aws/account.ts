import type { ClusterDescription, Clusters } from './bridges/eks.ts';
import { type Published, tellCalls } from './bridges/observe.ts';
import type { Clients } from './clients.ts';
import { type Identity, identify } from './guard/identify.ts';
import type { Operation } from './guard/operations/operation.ts';
import type { RecordedCall } from './guard/record.ts';
import type { Credentials } from './guard/signature.ts';
import { type AccountOptions, closeInternals, createInternals } from './internals.ts';
import { type PlayedStack, type PlayOptions, playTemplate } from './play.ts';
import { createRegistry, type PushOptions } from './registry.ts';
import type { SessionRequest } from './sessions.ts';

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
  /** Pushes the archive of a Helm chart to ECR. */
  pushChart(repository: string, tag: string, archive: Uint8Array): Promise<void>;
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
  /** What the functions and AWS's own services have called so far, and whether they were allowed to. */
  calls(): RecordedCall[];
  /** Has `see` told of every call from now on that the emulator has carried out, before its caller is answered. */
  onCall(see: (operation: Operation) => void): void;
  /** What was published to topics so far. */
  published(): readonly Published[];
  /** Ends every process and removes every file of the account. */
  close(): Promise<void>;
};

/**
 * Starts an empty AWS account: the emulator, and the guard in front of it. Everything of it listens on the loopback
 * interface, and ends with this process.
 *
 * @throws SetupError when the emulator can't be had.
 */
export async function startAccount(options: AccountOptions = {}): Promise<LocalAccount> {
  const clusters: Clusters = new Map();
  const internals = await createInternals(options, clusters);
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
    pushChart: registry.pushChart,
    emitPush: registry.emitPush,
    assumeRole: async (request) => (await internals.sessions.assume(request)).credentials,
    identify: async (url, headers) => identify(world, url, headers),
    setCluster: (name, cluster) => void clusters.set(name, cluster),
    calls: () => world.record.list(),
    onCall: (see) => void guard.intercept(tellCalls(see)),
    published: () => published,
    close: async () => {
      await Promise.allSettled(played.map((stack) => stack.stop()));
      await closeInternals(internals);
    },
  };
}
