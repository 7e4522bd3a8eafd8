import { type Inventory, parseInventory } from '../../shared/artifacts/inventory.ts';
import { createS3ObjectStore } from '../../shared/artifacts/s3.client.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import { createDynamoPullRequestStore } from '../../shared/state/pull-requests.client.ts';
import { nothingReported } from '../../shared/state/report.ts';
import { registry, repositoryName } from '../stack/settings.ts';
import type { Stack } from '../stack/start.ts';
import { createClusterView } from './cluster-view.ts';
import { eventually } from './eventually.ts';
import { application } from './expectations.ts';
import { createGitView } from './git-view.ts';
import { askForPlan } from './plan-request.ts';
import { pushChart } from './push-chart.ts';
import { createQueueView } from './queue-view.ts';
import { sourceRepository } from './repository.ts';
import { takeOver } from './take-over.ts';
import type { World } from './world.ts';

/** The story's world, made of the running stack: everything is looked at from outside, as its users would. */
export function createWorld(stack: Stack): World {
  const { account, played, cluster } = stack;
  return {
    git: createGitView(stack.github, repositoryName),
    registry: {
      repository: `${registry}/${application}`,
      push: (tag) => pushBuilt(stack, tag),
      pushChart: (name, version) => pushChart(stack, name, version),
      announceOnly: (tag) => account.emitPush(application, tag, `sha256:${'0'.repeat(64)}`),
    },
    cluster: createClusterView(cluster.adminKubeconfig),
    state: createStateView(stack),
    functions: {
      logs: (name, since) =>
        played
          .logs(logicalName(name))
          .filter(({ at }) => at.getTime() >= since)
          .map(({ text }) => parseLine(text)),
      kill: (name) => killAll(played.processes(logicalName(name))),
    },
    queues: createQueueView(stack),
    takenOver: (name) => takeOver(stack, logicalName(name)),
    alerts: async () => account.published().map(({ subject = '', message }) => ({ subject, message })),
  };
}

/** As a pipeline does: another commit of the application, and an image that says that it was built from it. */
async function pushBuilt({ github, account }: Stack, tag: string): Promise<string> {
  const files = { VERSION: tag };
  const revision = await github.commit({
    repository: sourceRepository,
    branch: 'main',
    files,
    message: `Release ${tag}`,
  });
  const labels = {
    'org.opencontainers.image.source': `https://github.com/${sourceRepository}`,
    'org.opencontainers.image.revision': revision,
  };
  return account.pushImage(application, tag, { labels });
}

function createStateView(stack: Stack): World['state'] {
  const { clients } = stack.account;
  const { outputs } = stack.played;
  const state = createDynamoStateStore({ client: clients.dynamodb, table: outputs.StateTableName ?? '' });
  const objects = createS3ObjectStore({ client: clients.s3, bucket: outputs.ArtifactBucketName ?? '' });
  const inventoryAt = async (key: string): Promise<Inventory> =>
    parseInventory(new TextDecoder().decode(await objects.get(key)));
  return {
    desired: (environment) => state.readDesired(environment),
    application: (environment) => state.readApplication(environment, application),
    async pullRequests(environment) {
      const table = { client: clients.dynamodb, table: outputs.StateTableName ?? '' };
      const known = await createDynamoPullRequestStore(table).listPullRequests(environment);
      return known.map(({ number }) => number);
    },
    async remind(environment) {
      const report = (await state.readReport(environment)) ?? nothingReported(environment);
      await state.writeReport({ ...report, next: { at: new Date().toISOString(), attempt: 0 } });
      const isDone = async () => ((await state.readReport(environment))?.version ?? 0) > report.version + 1;
      await eventually(`the reporter to look at ${environment} again`, isDone, { timeoutSeconds: 600 });
    },
    plan: (environment, application, release) => askForPlan(stack, objects, { environment, application, release }),
    async inventory(environment) {
      const keys = (await state.listApplications(environment)).flatMap(({ inventory }) => inventory ?? []);
      const inventories = await Promise.all(keys.map(inventoryAt));
      return inventories.flatMap((inventory) => [...inventory.values()].map(({ kind, name }) => `${kind}/${name}`));
    },
  };
}

/** How the template's logical id of a function begins: `ImageUpdater…` for `image-updater`. */
const logicalName = (name: string) => name.replaceAll('-', '');

/** By id, at once: the player's own `kill` waits for the end, and the story must not wait. */
function killAll(processes: number[]): number {
  for (const id of processes) process.kill(id, 'SIGKILL');
  return processes.length;
}

function parseLine(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { message: text };
  }
}
