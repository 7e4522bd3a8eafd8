import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, playTestStack, type TestAccount } from './stack/play.ts';

let local: TestAccount;
const url = (queue: string): string => local.stack.queue(queue).url;

beforeAll(async () => {
  local = await playTestStack();
});
afterAll(() => local?.close());

async function send(queue: string, body: string, group?: string): Promise<void> {
  const more = group ? { MessageGroupId: group } : {};
  await local.account.clients.sqs.send(new SendMessageCommand({ QueueUrl: url(queue), MessageBody: body, ...more }));
}

/** Takes one message out of a queue that no function reads. */
function take(queue: string, matching = ''): Promise<Message> {
  return eventually(async () => {
    const { sqs } = local.account.clients;
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url(queue), MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
    );
    const found = Messages.find(({ Body }) => Body?.includes(matching));
    if (found) await sqs.send(new DeleteMessageCommand({ QueueUrl: url(queue), ReceiptHandle: found.ReceiptHandle }));
    return found;
  });
}

async function remaining(queue: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await local.account.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

type Handled = { body: string; at: number; tries: string; requestId: string };
const handled = (name: string, body: string): Handled[] =>
  local.lines<Handled>(name).filter((line) => line.body === body);

describe('a queue', () => {
  test('wakes its function at once', async () => {
    await send('Jobs', 'first');
    await eventually(() => handled('Worker', 'first')[0]);
    const sent = Date.now();
    await send('Jobs', 'second');
    const { at } = await eventually(() => handled('Worker', 'second')[0]);
    expect(at - sent).toBeLessThan(500);
    await eventually(async () => ((await remaining('Jobs')) === 0 ? true : undefined));
  });

  test('fault 55: gets only the failed items of a batch back', async () => {
    await Promise.all([send('Jobs', 'good-1'), send('Jobs', 'fail-1'), send('Jobs', 'good-2')]);
    await eventually(() => handled('Worker', 'fail-1')[1]);
    expect(handled('Worker', 'good-1')).toHaveLength(1);
    expect(handled('Worker', 'good-2')).toHaveLength(1);
    expect(handled('Worker', 'fail-1').map(({ tries }) => tries)).toEqual(['1', '2']);
  });

  test('fault 8: moves a poison message to the dead letter queue after so many tries, and its neighbours go on', async () => {
    await Promise.all([send('Jobs', 'fail-poison'), send('Jobs', 'neighbour')]);
    expect(await take('Dead', 'fail-poison')).toMatchObject({ Body: 'fail-poison' });
    expect(handled('Worker', 'fail-poison')).toHaveLength(2);
    expect(handled('Worker', 'neighbour')).toHaveLength(1);
  });

  test('fault 56: gets a message back whose function ran out of time; the process is killed', async () => {
    await send('Jobs', 'hang');
    await eventually(() => handled('Worker', 'hang')[0]);
    const [pid] = local.stack.processes('Worker');
    await eventually(() => local.warnings.find((warning) => /Worker.*Task timed out after 1.00 seconds/.test(warning)));
    expect(pid && isAlive(pid)).toBe(false);
    expect(await take('Dead', 'hang')).toBeDefined();
  });

  test('starts a new process after one that crashed, and says how it ended', async () => {
    await send('Jobs', 'exit');
    await eventually(() => local.warnings.find((warning) => warning.includes('exit status 3')));
    await send('Jobs', 'after the crash');
    await eventually(() => handled('Worker', 'after the crash')[0]);
    await take('Dead', 'exit');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a FIFO queue', () => {
  test('keeps the order within a group, and groups do not wait for each other', async () => {
    for (const body of ['sleep a1', 'a2', 'a3']) await send('Ordered', body, 'a');
    await send('Ordered', 'b1', 'b');
    await eventually(() => handled('Orderly', 'a3')[0]);
    const order = local.lines<Handled>('Orderly').map(({ body }) => body);
    expect(order.filter((body) => body.includes('a'))).toEqual(['sleep a1', 'a2', 'a3']);
    expect(order.indexOf('b1')).toBeLessThan(order.indexOf('a2'));
  });

  test('swallows an equal body for five minutes, even after the first was handled', async () => {
    await send('Ordered', 'same', 'c');
    await eventually(() => handled('Orderly', 'same')[0]);
    await eventually(async () => ((await remaining('Ordered')) === 0 ? true : undefined));
    const swallowed = await local.call('Caller', { call: 'send', url: url('Ordered'), body: 'same', group: 'c' });
    const batch = await local.call('Caller', { call: 'sendBatch', url: url('Ordered'), body: 'same', group: 'c' });
    await send('Ordered', 'end', 'c');
    await eventually(() => handled('Orderly', 'end')[0]);
    expect([swallowed.ok, batch.ok]).toEqual([true, true]);
    expect(handled('Orderly', 'same')).toHaveLength(1);
  });
});

describe('a stream', () => {
  type Seen = { ids: string[]; names: string[] };
  const seen = () => local.lines<Partial<Seen>>('Stream').filter((line): line is Seen => line.ids !== undefined);
  const put = (id: string) => {
    const TableName = local.id('Table');
    return local.account.clients.dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: id } } }));
  };

  test('brings changes to its function in order', async () => {
    await put('one');
    await local.account.clients.dynamodb.send(
      new DeleteItemCommand({ TableName: local.id('Table'), Key: { id: { S: 'one' } } }),
    );
    await eventually(() => seen().find(({ names }) => names.includes('REMOVE')));
    expect(seen().flatMap(({ ids, names }) => ids.map((id, index) => `${names[index]} ${id}`))).toEqual([
      'INSERT one',
      'REMOVE one',
    ]);
  });

  test('gives up a poisoned record alone, tells the on-failure queue, and goes on', async () => {
    await Promise.all(['x1', 'poison', 'x2', 'x3'].map(put));
    const { Body = '' } = await take('Lost');
    expect(JSON.parse(Body)).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    await put('after');
    await eventually(() => seen().find(({ ids }) => ids.includes('after')));
    const good = seen()
      .filter(({ ids }) => !ids.includes('poison'))
      .flatMap(({ ids }) => ids);
    expect(good).toEqual(expect.arrayContaining(['x1', 'x2', 'x3', 'after']));
  });
});

describe('a function URL', () => {
  const web = (): string => local.stack.functionUrls[0]?.url ?? '';

  test('hands the request on with its body as it was', async () => {
    const body = '{"text":"ü \\u00fc"}';
    const response = await fetch(`${web()}hook?a=1`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'X-Hub-Signature-256': 'sha256=1' },
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      method: 'POST',
      rawPath: '/hook',
      isBase64Encoded: false,
      body,
      signature: 'sha256=1',
    });
  });

  test('encodes what is not text', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const response = await fetch(web(), {
      method: 'POST',
      body: bytes,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(await response.json()).toMatchObject({ isBase64Encoded: true, body: bytes.toString('base64') });
  });

  test('fault 61: answers 413 to more than six megabytes, without the function', async () => {
    const response = await fetch(web(), {
      method: 'POST',
      body: 'x'.repeat(7 * 1024 * 1024),
      headers: { 'content-type': 'text/plain' },
    });
    expect(response.status).toBe(413);
  });

  test('answers 502 when the function fails', async () => {
    expect((await fetch(`${web()}throw`)).status).toBe(502);
  });
});

test('a schedule sends its input to its queue, at once and then by its rate', async () => {
  await local.stack.schedules.fireNow('Tick');
  expect(await take('Ticks')).toMatchObject({ Body: '{"kind":"tick"}' });
  local.stack.schedules.start();
  await take('Ticks');
  const between = Date.now();
  await take('Ticks');
  local.stack.schedules.stop();
  expect(Date.now() - between).toBeGreaterThan(500);
});

test('an image push reaches the queue of the rule that matches it', async () => {
  const digest = await local.account.pushImage('example', '2.0.0');
  const { Body = '' } = await take('Pushes');
  expect(JSON.parse(Body)).toMatchObject({
    source: 'aws.ecr',
    'detail-type': 'ECR Image Action',
    detail: {
      'repository-name': 'example',
      'image-tag': '2.0.0',
      'image-digest': digest,
      'action-type': 'PUSH',
      result: 'SUCCESS',
    },
  });
  await local.account.pushImage('unrelated', '1.0.0');
  await local.account.pushImage('example', '2.0.1', { digest });
  expect(await take('Pushes')).toMatchObject({ Body: expect.stringContaining('2.0.1') });
  expect(await remaining('Pushes')).toBe(0);
});

test('invocations can be followed, and a process killed in the middle of one', async () => {
  const starts: number[] = [];
  local.stack.events.on(
    'invocation',
    ({ phase, pid, function: name }) => phase === 'start' && name === local.id('Orderly') && starts.push(pid),
  );
  await send('Ordered', 'sleep kill', 'd');
  const [pid] = await eventually(() => (starts.length > 0 ? starts : undefined));
  await local.stack.kill('Orderly');
  expect(pid && isAlive(pid)).toBe(false);
  const twice = await eventually(() => handled('Orderly', 'sleep kill')[1], 30_000);
  expect(twice.tries).toBe('2');
});
