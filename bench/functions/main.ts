import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BatchWriteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { repository, repositoryName } from '../../local/stack/settings.ts';
import { type Stack, startStack } from '../../local/stack/start.ts';
import { storyEnvironments } from '../../local/story/environments.ts';
import { createProgress } from '../../local/tools/progress.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import { applicationPrefix, environmentKey, sortKeys } from '../../shared/state/keys.ts';
import { formatTable } from '../reconcile/table.ts';
import { median } from '../statistics.ts';
import { applications, createFiles, image } from './repository.ts';
import { type Sample, watchFunctions } from './sample.ts';

/**
 * `npm run bench:functions [-- --tags 1000] [--logs FOLDER]`: how much memory and time each function takes for realistic work, as its bundle, on the local
 * stack. The processes have this machine's processors, not Lambda's share of one.
 */
const { values } = parseArgs({
  options: { tags: { type: 'string', default: '1000' }, logs: { type: 'string' } },
});
const [environment] = storyEnvironments.map((one) => ({ ...one, charts: [] }));
if (environment === undefined) throw new Error('the story has no environment');
const progress = createProgress();
const warn = (text: string) => console.error(`! ${text.split('\n', 1)[0]}`);

const stack = await startStack({ environments: [environment], speed: 10, keepLogs: values.logs, progress, warn });
const watch = watchFunctions(stack.played);
const interrupted = new Promise<never>((_, reject) => {
  process.once('SIGINT', () => reject(new Error('interrupted: this is what was measured so far')));
});
try {
  await Promise.race([measure(), interrupted]);
} finally {
  watch.end();
  console.log(formatTable(reportOf(stack, watch.samples)));
  await stack.close();
}

async function measure(): Promise<void> {
  await progress(`A first push of ${applications} applications`, (say) => firstPush(stack, say));
  await progress('A push that changes one', () => change(stack));
  await progress(`A burst of ${values.tags} image pushes`, () => pushImages(stack, Number(values.tags)));
  await progress('A tick with 1,000 applications', () => tick(stack, 1000));
}

async function firstPush({ github, account, played, open }: Stack, say: (detail: string) => void): Promise<void> {
  await account.pushImage(image, '1.0.0');
  await github.createRepository({ ...repository, files: createFiles(), branches: ['staging'] });
  open();
  const state = createDynamoStateStore({
    client: account.clients.dynamodb,
    table: played.outputs.StateTableName ?? '',
  });
  await until(async () => {
    const attempt = await state.readAttempt('staging');
    if (attempt?.outcome === 'failed') throw new Error(attempt.problems.map(({ message }) => message).join('\n'));
    const all = await state.listApplications('staging');
    const healthy = all.filter(({ phase }) => phase === 'healthy');
    say(`${healthy.length} of ${all.length} healthy`);
    return healthy.length >= applications;
  });
}

async function change({ github }: Stack): Promise<void> {
  const files = { 'applications/chart/values.yaml': 'colour: green\n' };
  const revision = await github.commit({ repository: repositoryName, branch: 'staging', files, message: 'Green' });
  await until(async () => github.statuses(repositoryName, revision).some(({ state }) => state === 'success'));
}

async function pushImages({ account, github }: Stack, tags: number): Promise<void> {
  const before = await github.head(repositoryName, 'staging');
  for (let minor = 1; minor <= tags; minor += 1) await account.pushImage(image, `1.${minor}.0`);
  const pinned = async () => {
    const head = (await github.head(repositoryName, 'staging')) ?? '';
    const text = await github.readFile(repositoryName, head, 'applications/kustomized/deployment.yaml');
    return head !== before && text?.toString().includes(`:1.${tags}.0@`) === true;
  };
  await until(pinned);
}

/** As many applications as copies of one: the dispatcher looks at each, and the reporter is told of each. */
async function tick({ account: { clients }, played }: Stack, count: number): Promise<void> {
  const TableName = played.outputs.StateTableName ?? '';
  const KeyConditionExpression = 'pk = :pk AND begins_with(sk, :sk)';
  const ExpressionAttributeValues = { ':pk': { S: environmentKey('staging') }, ':sk': { S: applicationPrefix } };
  const found = await clients.dynamodb.send(
    new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues, Limit: 1 }),
  );
  const copies = Array.from({ length: count }, (_, index) => ({
    PutRequest: { Item: { ...found.Items?.[0], sk: { S: sortKeys.application(`copy-${index}`) } } },
  }));
  for (let from = 0; from < count; from += 25)
    await clients.dynamodb.send(
      new BatchWriteItemCommand({ RequestItems: { [TableName]: copies.slice(from, from + 25) } }),
    );
  const MessageBody = JSON.stringify({ kind: 'drift', scheduledAt: new Date().toISOString() });
  const ended = new Promise<void>((resolve) => {
    played.events.on('invocation', ({ phase, function: name }) => {
      if (phase === 'end' && name.includes('Dispatcher')) resolve();
    });
  });
  await clients.sqs.send(new SendMessageCommand({ QueueUrl: played.queue('DispatcherTicksQueue').url, MessageBody }));
  await ended;
  await sleep(10_000);
}

async function until(holds: () => Promise<boolean>, minutes = 20): Promise<void> {
  const deadline = Date.now() + minutes * 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not reached within ${minutes} minutes`);
    await sleep(500);
  }
}

function reportOf({ played }: Stack, samples: Map<string, Sample>): string[][] {
  const settings = new Map(
    Object.values(played.described())
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map(({ ref, properties }) => [ref, properties] as const),
  );
  const rows = [...samples].map(([name, { milliseconds, cpuSeconds, failures, peakBytes }]) => {
    const { MemorySize, Timeout } = settings.get(name) ?? {};
    const times =
      milliseconds.length === 0
        ? ['–', '–', '–', '–']
        : [
            ...[median(milliseconds), Math.max(...milliseconds)].map((one) => `${one} ms`),
            ...[median(cpuSeconds), Math.max(...cpuSeconds)].map((one) => `${one.toFixed(2)} s`),
          ];
    const peak = `${Math.round(peakBytes / 1024 / 1024)} MiB`;
    return [
      shortName(name),
      `${milliseconds.length}`,
      `${failures}`,
      ...times,
      peak,
      `${MemorySize} MiB`,
      `${Timeout} s`,
    ];
  });
  return [['function', 'runs', 'failed', 'median', 'longest', 'processor', 'most', 'peak', 'of', 'time-out'], ...rows];
}

/** `Plumbline-SourceFunction12345678-…` → `Source`. */
function shortName(name: string): string {
  return name.replace(/^[^-]*-(?:Plumbline)?|Function[0-9A-F]{8}.*$/g, '');
}
