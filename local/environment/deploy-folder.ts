import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import { createS3ObjectStore } from '../../shared/artifacts/s3.client.ts';
import { describeProblem } from '../../shared/problem.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import type { ApplicationState } from '../../shared/state/types.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { repository } from '../stack/settings.ts';
import type { Stack } from '../stack/start.ts';
import { eventually } from '../story/eventually.ts';
import { filesIn, linksIn } from '../story/repository.ts';
import { ensureKubectlAndHelm } from '../tools/kubectl-and-helm.ts';
import type { Progress } from '../tools/progress.ts';
import { changeByHand } from './change-by-hand.ts';
import { fetchPublicChart } from './fetch-charts.ts';
import { environmentName, type FolderPlan, planFolder } from './plan-folder.ts';
import { type FolderReport, reportOf } from './report.ts';

type Ports = { progress: Progress; say(text: string): void };

/** Deploys a folder of somebody's own as the `staging` branch: which environment it needs, and what to do once the stack is up. */
export async function deployFolder(path: string, { progress, say }: Ports) {
  const [files, links] = await Promise.all([filesIn(path), linksIn(path)]);
  const refused = new Map(
    Object.keys(links).map((link) => [link, 'is a symbolic link; only regular files are rendered']),
  );
  const tree: Tree = { files: new Map(Object.entries(files)), refused };
  const tools = await ensureKubectlAndHelm({ progress });
  const plan = await progress('Rendering the folder', () => planFolder(tree, tools, fetchPublicChart));
  for (const problem of plan.problems) say(`✗ ${describeProblem(problem)}`);
  return {
    environment: plan.environment,
    async start(stack: Stack): Promise<FolderReport> {
      await stack.github.createRepository({ ...repository, files, links, branches: [environmentName] });
      stack.open();
      const report = await play(stack, plan);
      for (const line of describe(report)) say(line);
      return report;
    },
  };
}

async function play(
  { account: { clients }, cluster, played: { outputs } }: Stack,
  { objects }: FolderPlan,
): Promise<FolderReport> {
  const state = createDynamoStateStore({ client: clients.dynamodb, table: outputs.StateTableName ?? '' });
  const readRelease = createReadRelease(
    createS3ObjectStore({ client: clients.s3, bucket: outputs.ArtifactBucketName ?? '' }),
  );
  const attempt = await eventually(
    'the folder to be looked at',
    async () => {
      const found = await state.readAttempt(environmentName);
      return found?.outcome !== 'pending' && found;
    },
    patience,
  );
  const desired = await state.readDesired(environmentName);
  const release = desired === undefined ? undefined : await readRelease(desired.release);
  const wanted = Object.values(release?.applications ?? {}).filter(({ artifact }) => artifact !== undefined).length;
  const settled = () =>
    eventually(
      'every application to settle',
      async () => {
        const applications = await state.listApplications(environmentName);
        return applications.length >= wanted && areSettled(applications) && applications;
      },
      patience,
    );
  const isHealthy = wanted > 0 && (await settled()).every(({ phase }) => phase === 'healthy');
  const drift = isHealthy ? await changeByHand(cluster.adminKubeconfig, objects, environmentName) : undefined;
  return reportOf({ objects: objects.length, attempt, applications: await settled(), drift });
}

/** Several hundred objects, and rollouts that may time out. */
const patience = { timeoutSeconds: 900, everyMilliseconds: 250 };

/** One that waits is settled only if what it waits for won't come. */
function areSettled(applications: readonly ApplicationState[]): boolean {
  const phases = new Set(applications.map(({ phase }) => phase));
  const isStuck = ['failed', 'held', 'suspended'].some((phase) => phases.has(phase as ApplicationState['phase']));
  return !phases.has('applying') && !phases.has('progressing') && (!phases.has('waiting') || isStuck);
}

function describe({ ok, objects, applied, pruned, drift, health, errors }: FolderReport): string[] {
  return [
    ...errors.map((error) => `✗ ${error}`),
    ...Object.entries(health).map(([application, phase]) => `  ${application}: ${phase}`),
    `${ok ? '✓' : '✗'} ${objects} objects, ${applied} applied, ${pruned} pruned; ${driftOf(drift)}`,
  ];
}

const driftOf = (drift: FolderReport['drift']) =>
  drift === undefined
    ? 'nothing was changed by hand'
    : `${drift.object} was changed by hand and ${drift.restored ? 'put back' : 'NOT put back'}`;
