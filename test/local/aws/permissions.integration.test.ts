import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, playTestStack, type TestAccount } from './stack/play.ts';

let local: TestAccount;
const call = (input: Record<string, string>, name = 'Caller'): Promise<Outcome> => local.call(name, input);
const id = (construct: string): string => local.id(construct);

beforeAll(async () => {
  local = await playTestStack();
});
afterAll(() => local?.close());

const denied = { ok: false, name: expect.stringMatching(/^(AccessDenied|AccessDeniedException|AuthorizationError)$/) };

describe('a function of the template', () => {
  test('may send to its own queue, and to no other', async () => {
    const own = await call({ call: 'send', url: id('Own'), body: 'x' });
    const foreign = await call({ call: 'send', url: id('Foreign'), body: 'x' });
    expect(own).toMatchObject({ ok: true });
    expect(foreign).toMatchObject(denied);
    expect(foreign.message).toContain('sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:123456789012:Test-Foreign');
  });

  test('needs for a batch the permission of the single call', async () => {
    expect(await call({ call: 'sendBatch', url: id('Own'), body: 'x' })).toMatchObject({ ok: true });
    expect(await call({ call: 'sendBatch', url: id('Foreign'), body: 'x' })).toMatchObject(denied);
  });

  test('cannot send to a queue whose key it may not use, as moto would let it', async () => {
    const outcome = await call({ call: 'send', url: id('Encrypted'), body: 'x' });
    expect(outcome).toMatchObject(denied);
    expect(outcome.message).toContain('kms:GenerateDataKey');
  });

  test('reads and writes the objects that its policy names, although the bucket denies what is not TLS', async () => {
    const bucket = id('Bucket');
    expect(await call({ call: 'put', bucket, key: 'open/a b+ü.txt', body: 'hello' })).toMatchObject({ ok: true });
    expect(await call({ call: 'get', bucket, key: 'open/a b+ü.txt' })).toMatchObject({ ok: true, result: 'hello' });
    expect(await call({ call: 'put', bucket, key: 'closed/a', body: 'x' })).toMatchObject(denied);
    expect(await call({ call: 'get', bucket, key: 'closed/a' })).toMatchObject(denied);
  });

  test('cannot overwrite an object that it wants to create', async () => {
    const bucket = id('Bucket');
    expect(await call({ call: 'putOnce', bucket, key: 'open/once', body: '1' })).toMatchObject({ ok: true });
    expect(await call({ call: 'putOnce', bucket, key: 'open/once', body: '2' })).toMatchObject({
      ok: false,
      name: 'PreconditionFailed',
    });
  });

  test('cannot write an artifact without saying that it must be new, by credentials or by a URL', async () => {
    const artifact = { bucket: id('ArtifactsBucket'), key: 'artifacts/staging/1.json' };
    const refused = await call({ call: 'put', ...artifact, body: '1' });
    expect(refused).toMatchObject(denied);
    expect(refused.message).toContain('explicit deny');
    const url = String((await call({ call: 'presignPut', ...artifact })).result);
    expect((await fetch(url, { method: 'PUT', body: '1' })).status).toBe(403);
    expect(await call({ call: 'putOnce', ...artifact, body: '1' })).toMatchObject({ ok: true });
    expect(await call({ call: 'put', ...artifact, body: '2' })).toMatchObject(denied);
    expect(await call({ call: 'get', ...artifact })).toMatchObject({ ok: true, result: '1' });
  });

  test('lists what the condition of its policy allows', async () => {
    await call({ call: 'put', bucket: id('Bucket'), key: 'open/listed', body: 'x' });
    expect(await call({ call: 'list', bucket: id('Bucket'), prefix: 'open/' })).toMatchObject({
      ok: true,
      result: expect.arrayContaining(['open/listed']),
    });
    expect(await call({ call: 'list', bucket: id('Bucket'), prefix: '' })).toMatchObject(denied);
  });

  test('learns that an object is missing only if it may list the bucket', async () => {
    expect(await call({ call: 'get', bucket: id('Blind'), key: 'nothing' })).toMatchObject({
      ok: false,
      name: 'AccessDenied',
    });
    expect(await call({ call: 'get', bucket: id('Bucket'), key: 'nothing' }, 'Inside')).toMatchObject({
      ok: false,
      name: 'NoSuchKey',
    });
  });

  test('hands on its own right with a presigned URL, and no more than that', async () => {
    const bucket = id('Bucket');
    const urlOf = async (input: Record<string, string>) => String((await call({ bucket, ...input })).result);
    const put = await fetch(await urlOf({ call: 'presignPut', key: 'open/presigned' }), {
      method: 'PUT',
      body: 'by URL',
    });
    const get = await fetch(await urlOf({ call: 'presignGet', key: 'open/presigned' }));
    const closed = await fetch(await urlOf({ call: 'presignGet', key: 'closed/a' }));
    expect([put.status, get.status, await get.text(), closed.status]).toEqual([200, 200, 'by URL', 403]);
  });

  test('cannot be imitated by a presigned URL that was changed', async () => {
    const url = String((await call({ call: 'presignGet', bucket: id('Bucket'), key: 'open/a' })).result);
    const changed = await fetch(url.replace('/open/a', '/open/b'));
    const otherMethod = await fetch(url, { method: 'PUT', body: 'x' });
    expect([changed.status, otherMethod.status]).toEqual([403, 403]);
    expect(await changed.text()).toContain('SignatureDoesNotMatch');
  });

  test('uses the table that its policy names, action by action, in transactions, too', async () => {
    const table = id('Table');
    expect(await call({ call: 'putItem', table, id: 'a' })).toMatchObject({ ok: true });
    expect(await call({ call: 'getItem', table, id: 'a' })).toMatchObject({ ok: true, result: { id: { S: 'a' } } });
    const transaction = await call({ call: 'transact', table, id: 'b' });
    expect(transaction).toMatchObject(denied);
    expect(transaction.message).toContain('dynamodb:DeleteItem');
    expect(await call({ call: 'getItem', table: id('Keyed'), id: 'a' })).toMatchObject(denied);
  });

  test('writes only the keys that a condition leaves it', async () => {
    expect(await call({ call: 'putItem', table: id('Keyed'), id: 'mine-1' })).toMatchObject({ ok: true });
    expect(await call({ call: 'putItem', table: id('Keyed'), id: 'yours-1' })).toMatchObject(denied);
  });

  test('reads its secret, and no other', async () => {
    await local.stack.setSecret(id('Secret'), 'swordfish');
    expect(await call({ call: 'secret', arn: id('Secret') })).toMatchObject({ ok: true, result: 'swordfish' });
    expect(await call({ call: 'secret', arn: id('OtherSecret') })).toMatchObject(denied);
  });

  test('publishes to its topic, which reaches the subscribed queue', async () => {
    expect(await call({ call: 'publish', topic: id('Topic'), body: 'hello' })).toMatchObject({ ok: true });
    const { Messages } = await local.account.clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: id('Alerts') }));
    expect(Messages?.[0]?.Body).toContain('hello');
    expect(local.account.published().at(-1)).toMatchObject({ message: 'hello', subject: 'greeting' });
  });

  test('describes the local cluster, and no other', async () => {
    const endpoint = 'https://local.gr7.eu-west-1.eks.amazonaws.com:6443';
    expect(await call({ call: 'cluster', name: 'local' })).toMatchObject({
      ok: true,
      result: { endpoint, status: 'ACTIVE', certificateAuthority: { data: 'Y2E=' } },
    });
    expect(await call({ call: 'cluster', name: 'other' })).toMatchObject(denied);
  });

  test('asks ECR for the images of its repository', async () => {
    const digest = await local.account.pushImage('example', '1.0.0', { emitEvent: false });
    await local.account.pushImage('other', '1.0.0', { emitEvent: false });
    const outcome = await call({ call: 'images', repository: 'example' });
    expect(outcome).toMatchObject({
      ok: true,
      result: [{ imageDigest: digest, imageTags: ['1.0.0'], imagePushedAt: expect.anything() }],
    });
    expect(await call({ call: 'images', repository: 'other' })).toMatchObject(denied);
  });

  test('never meets another tenant in an instance of a function that keeps them apart', async () => {
    const pidOf = async (tenant: string) => {
      const outcome = await call({ call: 'invoke', name: id('Tenants'), payload: '{}', tenant });
      return (outcome.result as { payload: { pid: number } }).payload.pid;
    };
    const [staging, production] = [await pidOf('staging'), await pidOf('production')];
    expect(production).not.toBe(staging);
    expect([await pidOf('production'), await pidOf('staging')]).toEqual([production, staging]);
  });

  test.each([
    ['names no tenant where one is needed', 'Tenants', {}],
    ['names a tenant to a function that knows none', 'Echo', { tenant: 'staging' }],
  ])('is refused if it %s', async (_name, name, more: Record<string, string>) => {
    const outcome = await call({ call: 'invoke', name: id(name), payload: '{}', ...more });
    expect(outcome).toMatchObject({ ok: false, name: 'InvalidParameterValueException' });
  });

  test('invokes the function that it may, and gets the answer of its process', async () => {
    const outcome = await call({ call: 'invoke', name: id('Echo'), payload: '{"a":1}' });
    const failure = await call({ call: 'invoke', name: id('Echo'), payload: '{"throw":"no"}' });
    expect(outcome).toMatchObject({ ok: true, result: { payload: { event: { a: 1 }, layer: '{"colour":"green"}' } } });
    expect(failure).toMatchObject({
      ok: true,
      result: { error: 'Unhandled', payload: { errorType: 'TypeError', errorMessage: 'no' } },
    });
    expect(await call({ call: 'invoke', name: id('Unreachable'), payload: '{}' })).toMatchObject(denied);
  });
});

describe('a function in a VPC', () => {
  test('reaches S3 through the endpoint of the template, and no service that has none', async () => {
    await local.account.clients.s3.send(new PutObjectCommand({ Bucket: id('Bucket'), Key: 'seen', Body: 'inside' }));
    expect(await call({ call: 'get', bucket: id('Bucket'), key: 'seen' }, 'Inside')).toMatchObject({
      ok: true,
      result: 'inside',
    });
    const outcome = await call({ call: 'send', url: id('Own'), body: 'x' }, 'Inside');
    expect(outcome).toMatchObject(denied);
    expect(outcome.message).toContain('no endpoint for sqs');
  });

  test('finds the cluster on this machine, and nothing else', async () => {
    const port = new URL(local.account.endpoint).port;
    const reach = async (host: string) => {
      const result = await local.stack.invoke('InsideEcho', { host, port: Number(port) });
      return result.ok && (result.payload as { connected: string }).connected;
    };
    expect(await reach('ABC.gr7.eu-west-1.eks.amazonaws.com')).toBe('connected');
    expect(await reach('example.com')).toContain('ENOTFOUND');
    expect(await reach('192.0.2.1')).toContain('without internet');
  });
});

test("a function has the template's variables, its credentials, and nothing of the user's environment", async () => {
  process.env.PLUMBLINE_TEST_LEAK = 'leaked';
  const { result } = (await call({ call: 'environment' })) as { result: Record<string, string> };
  expect(result).toMatchObject({
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_NAME: id('Caller'),
    _HANDLER: 'index.handler',
    TZ: 'UTC',
  });
  expect(result.AWS_ENDPOINT_URL).toBe(local.account.endpoint);
  expect(Object.keys(result)).not.toContain('PLUMBLINE_TEST_LEAK');
  expect(result.HOME).not.toBe(process.env.HOME);
});

test('every call is recorded with its function, action, resource and outcome', async () => {
  await call({ call: 'send', url: id('Foreign'), body: 'x' });
  const calls = local.account.calls().filter(({ caller }) => caller === id('Caller'));
  expect(calls).toContainEqual(
    expect.objectContaining({
      action: 'sqs:SendMessage',
      resource: expect.stringContaining('Test-Foreign'),
      allowed: false,
    }),
  );
  expect(calls).toContainEqual(
    expect.objectContaining({
      action: 'sqs:SendMessage',
      resource: expect.stringContaining('Test-Own'),
      allowed: true,
    }),
  );
});

test('unsigned and wrongly signed calls are refused', async () => {
  const { endpoint } = local.account;
  expect((await fetch(`${endpoint}/${id('Bucket')}/open/a`)).status).toBe(403);
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { accessKeyId } = local.account.credentials;
  const imposter = new S3Client({
    endpoint,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey: 'guessed' },
  });
  await expect(imposter.send(new GetObjectCommand({ Bucket: id('Bucket'), Key: 'open/a' }))).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
});

test('resource types that the player does not know are named', () => {
  expect(local.stack.unplayed).toEqual([{ logicalId: 'Strange', type: 'AWS::Strange::Thing', path: 'Strange' }]);
});

test("access entries are handed out for the cluster's token review", () => {
  expect(local.stack.accessEntries()).toEqual([
    {
      clusterName: 'local',
      principalArn: expect.stringContaining(':role/Test-CallerServiceRole'),
      username: undefined,
      groups: ['deployers'],
    },
  ]);
});
