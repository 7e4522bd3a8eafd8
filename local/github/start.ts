import { createTemporaryFolder } from '../tools/guardian.ts';
import { createApi } from './api.ts';
import { createAppManifests } from './app-manifests.ts';
import { type AppName, type AppOptions, createApp, type InstallationToken, type OwnedApp } from './apps.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGitServer } from './git-http.ts';
import { type GitHubDescription, gitHubDescription } from './openapi.ts';
import { pingPayload } from './payloads.ts';
import { createPeople, type People } from './people.ts';
import { createRateLimits, defaultLimits, type Limits } from './rate-limits.ts';
import { createRouter } from './router.ts';
import { allRoutes } from './routes/all.ts';
import { createArchives } from './routes/archives.ts';
import { type CallRecord, createGitHubServer, listen } from './server.ts';
import { createWebhooks, type Delivery, type WebhookEvent, type WebhookTarget } from './webhooks.ts';
import type { World } from './world.ts';

export type GitHubOptions = {
  /** Default: any free one. */
  port?: number;
  /** Judges every answer and payload by GitHub's own description; a violation is answered with 500. Default: true. */
  strict?: boolean;
  /** Default: the system's clock. */
  now?: () => Date;
  /** Permissions and repositories of the three Apps. Default: what their manifests ask for, on all repositories. */
  apps?: Partial<Record<AppName, AppOptions>>;
  /** Default: GitHub's. */
  limits?: Partial<Limits>;
  /** Default: 10, as GitHub waits. */
  webhookTimeoutSeconds?: number;
};

type AppCredentials = { appId: number; installationId: number; privateKey: string };

/** GitHub on this machine: real bare repositories behind its Git, REST, GraphQL and webhook interfaces. */
export type GitHubStandIn = People & {
  /** Where people go: `http://127.0.0.1:PORT`. */
  url: string;
  /** Octokit's `baseUrl`; it finds GraphQL from there. */
  apiUrl: string;
  cloneUrl: (owner: string, name: string) => string;
  apps: Record<AppName, AppCredentials>;
  /** Where events go from now on, beginning with a `ping`; nowhere without a target. */
  setWebhook: (target: WebhookTarget | undefined) => void;
  deliveries: readonly Delivery[];
  /** Sends a delivery once more, as its page on GitHub can. */
  redeliver: (id: string) => Promise<Delivery>;
  /** Waits until no delivery is under way. */
  settled: () => Promise<void>;
  inject: Faults['inject'];
  /** All tokens that were issued so far stop working. */
  expireTokens: () => void;
  calls: readonly CallRecord[];
  unknownCalls: readonly string[];
  violations: readonly string[];
  close: () => Promise<void>;
};

/** Starts the stand-in on loopback. `close` leaves no process, port or folder behind. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubStandIn> {
  const now = options.now ?? (() => new Date());
  const [folder, apps] = await Promise.all([createTemporaryFolder('plumbline-github'), createApps(options, now)]);
  const description = gitHubDescription();
  const world = createWorld(options, { apps, now, description });
  const tokens: Tokens = new Map();
  const faults = createFaults();
  const calls: CallRecord[] = [];
  const { server, idle } = createGitHubServer({ ...createParts(options, world, tokens, description), faults, calls });
  world.url = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`;
  world.apiUrl = `${world.url}/api/v3`;

  async function close(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    await world.webhooks.close();
    server.closeAllConnections();
    await closed;
    await idle();
    await folder.remove();
  }

  return {
    ...createPeople(world, folder.path),
    url: world.url,
    apiUrl: world.apiUrl,
    cloneUrl: (owner, name) => `${world.url}/${owner}/${name}.git`,
    apps: credentials(apps),
    setWebhook: (target) => {
      world.webhooks.target(target);
      if (target !== undefined) world.webhooks.send('ping', pingPayload(world, target.url));
    },
    deliveries: world.webhooks.deliveries,
    redeliver: world.webhooks.redeliver,
    settled: world.webhooks.settled,
    inject: faults.inject,
    expireTokens: () => tokens.clear(),
    calls,
    unknownCalls: world.unknownCalls,
    violations: world.violations,
    close,
  };
}

const appNames: AppName[] = ['read', 'write', 'report'];

function createApps({ apps = {} }: GitHubOptions, now: () => Date): Promise<OwnedApp[]> {
  return Promise.all(appNames.map((name, index) => createApp(name, 101 + index, apps[name] ?? {}, now())));
}

function credentials(apps: OwnedApp[]): Record<AppName, AppCredentials> {
  const entries = apps.map(({ app: { name, id, installationId }, privateKey }) => {
    return [name, { appId: id, installationId, privateKey }] as const;
  });
  return Object.fromEntries(entries) as Record<AppName, AppCredentials>;
}

type WorldParts = { apps: OwnedApp[]; now: () => Date; description: GitHubDescription };

function createWorld(options: GitHubOptions, { apps: owned, now, description }: WorldParts): World {
  const apps = owned.map(({ app }) => app);
  let lastId = 1000;
  const violations: string[] = [];
  const onPayload = (event: WebhookEvent, payload: Record<string, unknown>) => {
    if (options.strict !== false) violations.push(...payloadViolations(description, event, payload));
  };
  const timeoutSeconds = options.webhookTimeoutSeconds ?? 10;
  return {
    url: 'http://127.0.0.1',
    apiUrl: '',
    now,
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    apps,
    repositories: new Map(),
    renamed: new Map(),
    webhooks: createWebhooks({ appId: apps[0]?.id ?? 0, now, onPayload, timeoutSeconds }),
    unknownCalls: [],
    violations,
  };
}

function payloadViolations(description: GitHubDescription, event: WebhookEvent, payload: Record<string, unknown>) {
  const parts = [event, ...(typeof payload.action === 'string' ? [payload.action] : [])];
  const name = parts.join('-').replaceAll('_', '-');
  return description.checkWebhook(name, payload).map((problem) => `webhook ${name}: ${problem}`);
}

type Tokens = Map<string, InstallationToken>;

function createParts(options: GitHubOptions, world: World, tokens: Tokens, description: GitHubDescription) {
  const archives = createArchives(world);
  const limits = createRateLimits({ ...defaultLimits, ...options.limits }, world.now);
  const find = createRouter(allRoutes(tokens, archives));
  const api = createApi({ world, tokens, find, limits, description, strict: options.strict ?? true });
  const manifests = createAppManifests(world, description);
  return { world, api, archives, manifests, limits, git: createGitServer(world, tokens) };
}
