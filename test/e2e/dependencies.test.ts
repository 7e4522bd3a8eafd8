import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf } from '../../local/stack/record.ts';
import { repository, repositoryName } from '../../local/stack/settings.ts';
import { type Stack, startStack } from '../../local/stack/start.ts';
import { storyEnvironments } from '../../local/story/environments.ts';
import { eventually } from '../../local/story/eventually.ts';
import { createProgress } from '../../local/tools/progress.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import type { ApplicationState } from '../../shared/state/types.ts';
import { aChartArchive } from '../support/chart.ts';
import { serveCharts } from '../support/chart-server.ts';
import { disputed, refused } from '../support/iam/proof.ts';
import { aConfigMap } from '../support/renderer.ts';

const archive = await aChartArchive('settings', '1.0.0');

const deployment = (version: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: db }
spec:
  replicas: 2
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: 'example.com/db:${version}' }] }
`;

const environmentYaml = (repositoryUrl: string, dbSettings = '') => `folders: [apps/*]
applications:
  web: { path: apps/web, dependsOn: [db, settings] }
  last: { path: apps/last, dependsOn: [web] }
  db: { path: apps/db ${dbSettings} }
  settings:
    chart: { repository: '${repositoryUrl}', name: settings, version: 1.0.0, digest: '${digestOf(archive)}' }
`;

/**
 * Several applications on the played stack, whose schedules never tick: all that happens comes of one message, and of what one function
 * tells the next.
 */
describe('applications that depend on each other', () => {
  let stack: Stack;
  let charts: Awaited<ReturnType<typeof serveCharts>>;
  const warnings: string[] = [];

  beforeAll(async () => {
    charts = await serveCharts(() => ({
      '/index.yaml': { body: 'entries:\n  settings:\n  - urls: [settings.tgz]\n    version: 1.0.0\n' },
      '/settings.tgz': { body: archive },
    }));
    const environments = storyEnvironments
      .slice(0, 1)
      .map((each) => ({ ...each, charts: [`http://${charts.host}/*`] }));
    const progress = createProgress();
    stack = await startStack({ environments, speed: 1, progress, warn: (text) => warnings.push(text) });
    const files = {
      'environment.yaml': environmentYaml(`http://${charts.host}`),
      'apps/db/deployment.yaml': deployment('1'),
      'apps/web/config.yaml': aConfigMap('web', 'version: "1"'),
      'apps/last/config.yaml': aConfigMap('last', 'version: "1"'),
      'apps/other/config.yaml': aConfigMap('other', 'version: "1"'),
    };
    await stack.github.createRepository({ ...repository, files, branches: ['staging'] });
  });
  afterAll(async () => {
    charts?.close();
    await stack?.close();
  });

  const states = async (): Promise<Record<string, ApplicationState>> => {
    const { account, played } = stack;
    const table = played.outputs.StateTableName ?? '';
    const found = await createDynamoStateStore({ client: account.clients.dynamodb, table }).listApplications('staging');
    return Object.fromEntries(found.map((state) => [state.application, state]));
  };

  /** What GitHub's webhook or the resync would say. */
  async function announce(): Promise<void> {
    const message = { kind: 'git-change', repository: repositoryName, branch: 'staging', cause: 'a test' };
    const QueueUrl = stack.played.outputs.GitChangesQueueUrl;
    await stack.account.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(message) }));
  }

  async function push(files: Record<string, string>, message: string): Promise<string> {
    const revision = await stack.github.commit({ repository: repositoryName, branch: 'staging', files, message });
    await announce();
    return revision;
  }

  const settled = (what: string, is: (found: Record<string, ApplicationState>) => boolean) =>
    eventually(
      what,
      async () => {
        const found = await states();
        return is(found) && found;
      },
      { timeoutSeconds: 240, everyMilliseconds: 250 },
    );

  const secondsBetween = (earlier: ApplicationState | undefined, later: ApplicationState | undefined) =>
    (new Date(later?.lastSuccess ?? 0).getTime() - new Date(earlier?.lastSuccess ?? 0).getTime()) / 1000;

  /** Log lines of the reconciler, of an application, in order. */
  const done = (application: string) =>
    stack.played
      .logs('Reconciler')
      .map(({ text }) => JSON.parse(text) as Record<string, unknown>)
      .filter((line) => line.message === 'application reconciled' && line.application === application)
      .map(({ did, phase }) => `${did}: ${phase}`);

  it('start one after the other, each as soon as what it waits for is healthy, without any tick', async () => {
    await announce();
    const found = await settled(
      'all five to be healthy',
      (all) => Object.values(all).filter(({ phase }) => phase === 'healthy').length === 5,
    );
    expect(done('web')).toContain('wait: waiting');
    expect(done('web').at(-1)).toBe('apply: healthy');
    const waits = { web: secondsBetween(found.db, found.web), last: secondsBetween(found.web, found.last) };
    for (const [name, seconds] of Object.entries(waits)) {
      expect(seconds, name).toBeGreaterThan(0);
      // The tick that would find them comes once a minute, and there is none here.
      expect(seconds, name).toBeLessThan(30);
    }
    console.log('seconds from healthy to the dependant healthy:', waits);
  });

  it('wait anew at each revision that changes both, and are not touched by one that changes neither', async () => {
    const before = await states();
    await push(
      { 'apps/db/deployment.yaml': deployment('2'), 'apps/web/config.yaml': aConfigMap('web', 'version: "2"') },
      'both',
    );
    const after = await settled(
      'web to run what the commit says',
      ({ web, db }) =>
        web?.phase === 'healthy' && web.sequence > (before.web?.sequence ?? 0) && db?.phase === 'healthy',
    );
    expect(secondsBetween(after.db, after.web)).toBeGreaterThan(0);
    expect(done('web').slice(-2)).toEqual(['wait: waiting', 'apply: healthy']);
    expect([after.other, after.last, after.settings].map((state) => state?.version)).toEqual(
      [before.other, before.last, before.settings].map((state) => state?.version),
    );
  });

  it('say for what they wait when it failed, while others go on', async () => {
    const broken = deployment('3').replace('replicas: 2', 'replicas: 2\n  colour: blue');
    const before = await states();
    await push(
      {
        'apps/db/deployment.yaml': broken,
        'apps/web/config.yaml': aConfigMap('web', 'version: "3"'),
        'apps/other/config.yaml': aConfigMap('other', 'version: "3"'),
      },
      'break db',
    );
    const found = await settled(
      'db to fail, and the others to settle',
      ({ db, web, other }) =>
        db?.phase === 'failed' &&
        web?.phase === 'waiting' &&
        other?.phase === 'healthy' &&
        other.sequence > (before.other?.sequence ?? 0),
    );
    expect(found.web?.problems[0]?.message).toMatch(
      /^waits for "db", which (failed: .*colour|is not applied at this revision yet)/,
    );
    await push({ 'apps/db/deployment.yaml': deployment('3') }, 'mend db');
    await settled('web to follow', ({ web }) => web?.phase === 'healthy' && web.problems.length === 0);
  });

  it('have needed no permission that they lack, and a second judge agrees', async () => {
    const record = recordOf(stack);
    expect([...warnings, ...refused(record), ...(await disputed(record))]).toEqual([]);
  });
});
