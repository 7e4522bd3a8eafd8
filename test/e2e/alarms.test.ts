import { DeleteQueueCommand, PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkTo, type RunbookEntry, runbook } from '../../infra/runbook.ts';
import { type Stack, startStack } from '../../local/stack/start.ts';
import { createWorld } from '../../local/story/create-world.ts';
import { storyEnvironments } from '../../local/story/environments.ts';
import { eventually } from '../../local/story/eventually.ts';
import { createRepositories } from '../../local/story/repository.ts';
import type { World } from '../../local/story/world.ts';
import { createProgress } from '../../local/tools/progress.ts';
import { createGitHubWatch } from '../../shared/lambda/github-usage.ts';
import type { MetricName } from '../../shared/metrics.ts';
import { createSuccessStore } from '../../shared/state/success.client.ts';

/** A quarter of an hour of the alarms' time passes in 45 seconds: ages are on the same clock, and a busy machine isn't to be taken for a broken one. */
const speed = 20;
const timeoutSeconds = 300;

let stack: Stack;
let world: World;
const warnings: string[] = [];
const broken = new Set<string>();

beforeAll(async () => {
  stack = await startStack({
    environments: storyEnvironments,
    speed,
    progress: createProgress(),
    warn: (message) => warnings.push(message),
  });
  await createRepositories(stack.github);
  stack.open();
  world = createWorld(stack);
  for (const environment of ['staging', 'production'])
    await eventually(`${environment} to run`, async () => (await world.cluster.deployment(environment))?.rolledOut, {
      timeoutSeconds,
    });
});
afterAll(() => stack?.close());

const withoutHash = (id: string) => id.replace(/[0-9A-F]{8}$/, '');
const ringing = async () => (await stack.played.cloudWatch.look()).map(withoutHash).sort();

/** Waits until `holds` is true of what rings; otherwise says what did, and what the player warned of last. */
async function untilRinging(what: string, holds: (ringing: readonly string[]) => boolean): Promise<void> {
  let seen: string[] = [];
  const look = async () => {
    seen = await ringing();
    return holds(seen);
  };
  await eventually(what, look, { timeoutSeconds, everyMilliseconds: 200 }).catch((error: Error) => {
    throw new Error(`${error.message}; what rings: ${seen.join(', ') || 'nothing'}; ${warnings.slice(-5).join('; ')}`);
  });
}

/** Waits until an alarm rings, and checks that people hear of it, and where the runbook speaks of it. */
async function expectRinging(id: string, entry: RunbookEntry): Promise<void> {
  await untilRinging(`the alarm ${id}`, (seen) => seen.includes(id));
  const alarm = stack.played.cloudWatch.alarms.find(({ logicalId }) => withoutHash(logicalId) === id);
  const heard = stack.account.published().filter(({ subject }) => subject?.includes(alarm?.name ?? '?'));
  expect(heard.map(({ message }) => message)).toContainEqual(expect.stringContaining(linkTo(entry, 'docs/runbook.md')));
  broken.add(entry);
}

const expectSilence = () => untilRinging('no alarm to ring', (seen) => seen.length === 0);

/** The lines in which a function has told a metric. */
const told = (name: string, metric: MetricName) =>
  world.functions.logs(name, 0).filter((line) => line[metric] !== undefined);

const url = (queue: string) => stack.played.queue(queue).url;
const send = (queue: string, MessageBody: string) =>
  stack.account.clients.sqs.send(new SendMessageCommand({ QueueUrl: url(queue), MessageBody }));
const purge = (queue: string) => stack.account.clients.sqs.send(new PurgeQueueCommand({ QueueUrl: url(queue) }));
const remove = (queue: string) => stack.account.clients.sqs.send(new DeleteQueueCommand({ QueueUrl: url(queue) }));
/** Keeps a function from running meanwhile. */
async function whileThrottled(name: string, work: () => Promise<void>): Promise<void> {
  stack.played.throttle(name, true);
  await work().finally(() => stack.played.throttle(name, false));
}

const successes = () =>
  createSuccessStore({ client: stack.account.clients.dynamodb, table: stack.played.outputs.StateTableName ?? '' });

describe('in health', () => {
  it('after the deployment of both environments no alarm rings, and metrics are told', async () => {
    await expectSilence();
    await eventually(
      'ages and durations of both',
      async () => {
        const [ages, durations] = [told('dispatcher', 'SecondsSinceSuccess'), told('reconciler', 'ReconcileSeconds')];
        return [ages, durations].every((each) => new Set(each.map(({ environment }) => environment)).size === 2);
      },
      { timeoutSeconds },
    );
    expect(told('reporter', 'GitHubWrites')).not.toEqual([]);
  });

  it('the time from push to applied is told of an image that was pushed', async () => {
    await world.registry.push('1.1.0');
    const line = await eventually('push to applied', async () => told('reconciler', 'PushToAppliedSeconds')[0], {
      timeoutSeconds,
    });
    expect(line).toMatchObject({ environment: 'staging', application: 'example-application', service: 'reconciler' });
    expect(Number(line.PushToAppliedSeconds)).toBeGreaterThan(0);
    await expectSilence();
  });
});

describe('what breaks is told', () => {
  it('a webhook with a wrong signature', async () => {
    const headers = {
      'content-type': 'application/json',
      'x-github-delivery': 'forged',
      'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
    };
    const answer = await fetch(stack.played.outputs.WebhookUrl ?? '', { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(401);
    await expectRinging('WebhookRejected', 'rejectedWebhooks');
  });

  it('fault 8: a message that can never succeed', async () => {
    await send('SourceGitChangesQueue', 'not JSON');
    await expectRinging('SourceGitChangesDeadLettersNotEmpty', 'deadLetters');
    await purge('SourceGitChangesDeadLettersQueue');
  });

  it('a function that throws', async () => {
    await stack.played.invoke('SourceFunction', null);
    await expectRinging('SourceFunctionErrors', 'errors');
  });

  it('GitHub’s requests being used up', async () => {
    const headers = { 'x-ratelimit-limit': '5000', 'x-ratelimit-used': '4500' };
    stack.github.inject({ app: 'read', method: 'GET', answer: { status: 502, headers } });
    await expectRinging('WatchGitHubRequests', 'githubRequests');
  });

  it('more writes than GitHub takes for long', async () => {
    const { record } = stack.played.cloudWatch;
    // The time of 400 real writes is more than the test's: what each is counted by is the real thing, and the story has seen it counted.
    const watch = createGitHubWatch('reporter', ({ values }) => {
      for (const [name, value] of Object.entries(values))
        record({ namespace: 'Plumbline', name, dimensions: { service: 'github' }, value });
    });
    for (let write = 0; write <= 400; write += 1) watch({ isWrite: true, limit: undefined, used: undefined });
    await expectRinging('WatchGitHubWrites', 'githubWrites');
  });

  it('fault 53: drift that comes back as often as it is put back', async () => {
    const before = await world.cluster.deployment('staging');
    const replicas = before?.replicas ?? 0;
    const image = before?.image ?? '';
    for (const more of [1, 2, 3, 4]) {
      await world.cluster.editDeployment('staging', { replicas: replicas + more, image });
      await eventually('the repair', async () => (await world.cluster.deployment('staging'))?.replicas === replicas, {
        timeoutSeconds,
      });
    }
    await expectRinging('AlertsRepeatedDrift', 'repeatedDrift');
  });

  it('faults 58 and 60: a function that is kept from running, and its messages that wait', async () => {
    await whileThrottled('DispatcherFunction', async () => {
      await expectRinging('DispatcherFunctionThrottles', 'throttles');
      await expectRinging('DispatcherTicksOldestMessage', 'oldestMessage');
    });
  });

  it('a follower of the stream that falls behind', async () => {
    await whileThrottled('ReporterFunction', async () => {
      const files = {
        'applications/example-application/note.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note}\n',
      };
      await world.git.commit('staging', files, 'A note');
      await expectRinging('ReporterIteratorAge', 'iteratorAge');
    });
  });

  it('faults 10 and 52: an environment without a success, although ticks come', async () => {
    await whileThrottled('ReconcilerexampleFunction', async () => {
      await successes().writeSuccess('production', new Date(Date.now() - 3_600_000));
      await expectRinging('WatchNoSuccessproduction', 'noSuccess');
      await successes().writeSuccess('production', new Date());
    });
  });

  it('and when all is mended, silence', async () => {
    for (const queue of stack.played.queues.filter(({ logicalId }) => logicalId.includes('DeadLetters')))
      await purge(queue.logicalId);
    await expectSilence();
  });

  it('a rule whose queue is gone', async () => {
    await remove('ImageUpdaterImagePushesQueue');
    await world.registry.announceOnly('9.9.9');
    await expectRinging('ImageUpdaterRuleFailures', 'ruleFailures');
  });

  it('fault 10: schedules whose queue is gone', async () => {
    await remove('DispatcherTicksQueue');
    await expectRinging('DispatcherNoTicks', 'noTicks');
    await expectRinging('DispatcherScheduleErrors', 'scheduleErrors');
    await remove('DispatcherTicksDeadLettersQueue');
    await expectRinging('DispatcherScheduleDeadLetters', 'scheduleErrors');
  });

  it('there is no alarm whose kind was not made to ring', () => {
    expect([...broken].sort()).toEqual(Object.keys(runbook).sort());
  });
});
