import { setTimeout as realSleep } from 'node:timers/promises';
import { createReadHolders } from '../../functions/reconciler/ownership/heirs.ts';
import type { ReconcilerPorts } from '../../functions/reconciler/ports.ts';
import { reconcile } from '../../functions/reconciler/reconcile.ts';
import type { ArtifactObject } from '../../shared/artifacts/artifact.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { parseInventory } from '../../shared/artifacts/inventory.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import { type Plan, planSchema } from '../../shared/artifacts/plan.ts';
import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import type { ApplySettings, Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { createApi, type Deadline } from '../../shared/kubernetes/api.ts';
import { createCluster } from '../../shared/kubernetes/create-cluster.ts';
import { createLimiter } from '../../shared/kubernetes/limiter.ts';
import type { Transport } from '../../shared/kubernetes/transport.ts';
import type { Log } from '../../shared/lambda/sqs-batch.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';
import { createMemoryObjectStore, type MemoryObjectStore } from '../fakes/memory-object-store.ts';
import { createMemoryPullRequestStore } from '../fakes/memory-pull-request-store.ts';
import { createMemoryStateStore } from '../fakes/memory-state-store.ts';

type LogLine = { level: string; message: string } & Record<string, unknown>;

/** A clock that only sleeping moves, so that waiting takes no time. */
export function createSleepyClock(start = '2026-11-21T12:00:00.000Z') {
  let now = new Date(start).getTime();
  const clock: Clock = { now: () => new Date(now) };
  const advance = (milliseconds: number) => {
    now += milliseconds;
  };
  return { clock, advance, sleep: async (milliseconds: number) => advance(milliseconds) };
}

export type WorldOptions = {
  transport: Transport;
  namespace: string;
  environment?: string;
  application?: string;
  /** Whom to impersonate. Default: nobody. */
  user?: string;
  /** Default: a clock that only sleeping moves. `real` for a real cluster. */
  time?: 'sleepy' | 'real';
};

type Manifests = readonly (KubernetesObject | ArtifactObject)[];

const isManifests = (proposal: Manifests | Release['applications']): proposal is Manifests => Array.isArray(proposal);

const blank = { cluster: 'main', secrets: 'allow', prune: true, drift: 'correct', conflicts: 'fail' } as const;

/** One application, its Git, its state and its reconciler, over any API server. */
export async function createWorld(options: WorldOptions) {
  const { transport, namespace, environment = 'staging', application = 'web', user, time = 'sleepy' } = options;
  const sleepy = createSleepyClock();
  const clock = time === 'real' ? systemClock : sleepy.clock;
  const sleep = time === 'real' ? realSleep : sleepy.sleep;
  const state = createMemoryStateStore();
  const objects: MemoryObjectStore = createMemoryObjectStore();
  const lines: LogLine[] = [];
  await state.writeClusterAddress({ cluster: 'main', endpoint: 'x', certificateAuthority: 'x', describedAt: 'x' });

  const ports: ReconcilerPorts = {
    clusterKey: 'main',
    state,
    pullRequests: createMemoryPullRequestStore(),
    objects,
    readRelease: createReadRelease(objects),
    readHolders: createReadHolders(objects),
    connect(_, __, deadline, onDiscovery) {
      const api = createApi({ transport, authenticate: async () => ({}), limiter: createLimiter(16), deadline, sleep });
      const cluster = createCluster({ api, ...(user !== undefined && { user }) });
      return {
        cluster,
        maker: createCluster({ api, ...(user !== undefined && { user: `${user}.namespaces` }) }),
        async discovery() {
          const discovery = await cluster.discover();
          await onDiscovery(discovery);
          return discovery;
        },
      };
    },
    clock,
    sleep,
    log: logTo(lines),
  };

  const settings: ApplySettings = {
    ...blank,
    rules: [],
    adopt: [],
    dependsOn: [],
    namespace,
    allowedNamespaces: [namespace],
    allowedClusterKinds: [],
    timeoutSeconds: 300,
    suspend: false,
  };
  let applications: Release['applications'] = {};

  async function put(key: (digest: string) => string, value: unknown): Promise<string> {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    await objects.putOnce(key(digestOf(bytes)), bytes);
    return digestOf(bytes);
  }

  async function putRelease(revision: string, applications: Release['applications']): Promise<string> {
    const release: Release = { environment, revision, applications };
    return keys.release(environment, await put((each) => keys.release(environment, each), release));
  }

  /** What `source` does: the next revision becomes the desired one. */
  async function desire(): Promise<number> {
    const sequence = await state.nextSequence(environment);
    const revision = `revision-${sequence}`;
    const key = await putRelease(revision, applications);
    const at = clock.now().toISOString();
    await state.writeDesired({ environment, repository: 'o/r', branch: 'b', sequence, revision, release: key, at });
    return sequence;
  }

  async function entryOf(manifests: Manifests, changes: Partial<ApplySettings>): Promise<ReleaseEntry> {
    const artifact = {
      objects: manifests.map((each) => ('object' in each ? each : { object: each })) as ArtifactObject[],
    };
    const digest = await put((each) => keys.artifact(environment, each), artifact);
    return {
      path: application,
      inputs: digest,
      artifact: { digest, objects: manifests.length, revision: 'r' },
      problems: [],
      warnings: [],
      settings: { ...settings, ...changes },
    };
  }

  let plans = 0;

  return {
    ports,
    lines,
    clock,
    settings,
    advance: sleepy.advance,
    /** A commit: these are the application's objects from now on. */
    async commit(manifests: Manifests, changes: Partial<ApplySettings> = {}) {
      applications = { ...applications, [application]: await entryOf(manifests, changes) };
      return desire();
    },
    /** A commit that says of all applications what they are. */
    async commitAll(all: Record<string, Manifests>) {
      const entries = Object.entries(all).map(
        async ([name, manifests]) => [name, await entryOf(manifests, {})] as const,
      );
      applications = Object.fromEntries(await Promise.all(entries));
      return desire();
    },
    /** A pull request: what its plan says. Manifests of the application, or all applications of the revision. */
    async plan(
      proposal: Manifests | Release['applications'],
      changes: Partial<ApplySettings> = {},
      deadline: Deadline = { remaining: () => 60_000 },
    ): Promise<Plan> {
      const proposed = isManifests(proposal)
        ? { ...applications, [application]: await entryOf(proposal, changes) }
        : proposal;
      const release = await putRelease('proposed', proposed);
      plans += 1;
      const id = `plan-${plans}`;
      const message = { kind: 'reconciliation', environment, application, mode: 'plan', cause: 'test' } as const;
      await reconcile({ ...message, release, id }, ports, deadline);
      const bytes = await objects.get(keys.plan(environment, application, id));
      return planSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    },
    /** A commit that takes the application out of Git; another one stays. */
    async remove() {
      const entry = { path: 'other', inputs: '', problems: [], warnings: [], settings };
      applications = { other: entry };
      return desire();
    },
    async removeAll() {
      applications = {};
      return desire();
    },
    reconcile: (mode: 'apply' | 'check' = 'apply', deadline: Deadline = { remaining: () => 60_000 }) =>
      reconcile({ kind: 'reconciliation', environment, application, mode, cause: 'test' }, ports, deadline),
    state: () => state.readApplication(environment, application),
    /** Another application of the same environment. */
    neighbour: (name: string) => ({
      reconcile: () =>
        reconcile({ kind: 'reconciliation', environment, application: name, mode: 'apply', cause: 'test' }, ports, {
          remaining: () => 60_000,
        }),
      state: () => state.readApplication(environment, name),
    }),
    async inventory() {
      const key = (await state.readApplication(environment, application))?.inventory;
      return key === undefined ? [] : [...parseInventory(new TextDecoder().decode(await objects.get(key))).values()];
    },
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

function logTo(lines: LogLine[]): Log {
  const at =
    (level: string) =>
    (message: string, details: Record<string, unknown> = {}) => {
      // The logger drops details that would stand in the way of the line's own fields.
      if (details.message !== undefined || details.level !== undefined) throw new Error(`reserved key in "${message}"`);
      lines.push({ ...details, level, message });
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
