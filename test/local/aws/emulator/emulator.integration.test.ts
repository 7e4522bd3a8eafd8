import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clients, createClients } from '../../../../local/aws/clients.ts';
import { type Emulator, startEmulator } from '../../../../local/aws/emulator/emulator.ts';

let emulator: Emulator;
let administrator: Clients;

const account = '123456789012';
const [jobs, other] = ['jobs', 'other'];

/** moto refuses in XML, whatever the protocol, so that an SDK sees no name of an error in most of its refusals. */
const refused = { $metadata: { httpStatusCode: 403 } };

/** A role that may use one queue, the objects below one prefix, and one table. */
const policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: `arn:aws:sqs:eu-west-1:${account}:${jobs}` },
    { Effect: 'Allow', Action: ['s3:PutObject', 's3:GetObject'], Resource: 'arn:aws:s3:::things/open/*' },
    {
      Effect: 'Allow',
      Action: 'dynamodb:DescribeTable',
      Resource: `arn:aws:dynamodb:eu-west-1:${account}:table/things`,
    },
  ],
};

beforeAll(async () => {
  emulator = await startEmulator();
  const { url: endpoint, region, administrator: credentials } = emulator;
  administrator = createClients({ endpoint, region, credentials });
  await Promise.all([jobs, other].map((QueueName) => administrator.sqs.send(new CreateQueueCommand({ QueueName }))));
  const Principal = { AWS: `arn:aws:iam::${account}:user/administrator` };
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
  await administrator.iam.send(
    new CreateRoleCommand({ RoleName: 'worker', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const document = { RoleName: 'worker', PolicyName: 'all', PolicyDocument: JSON.stringify(policy) };
  await administrator.iam.send(new PutRolePolicyCommand(document));
});
afterAll(async () => {
  administrator?.destroy();
  await emulator?.close();
});

async function worker() {
  const RoleArn = `arn:aws:iam::${account}:role/worker`;
  const { Credentials } = await administrator.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const options = { endpoint: emulator.url, region: emulator.region, credentials };
  return {
    sqs: new SQSClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    dynamodb: new DynamoDBClient(options),
  };
}

test('moto itself judges queues and objects by action and resource', async () => {
  const { sqs, s3 } = await worker();
  const send = (queue: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: `${emulator.url}/${account}/${queue}`, MessageBody: 'x' }));
  await administrator.s3.send(
    new CreateBucketCommand({ Bucket: 'things', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: 'things', Key, Body: 'x' }));
  await expect(send(jobs)).resolves.toMatchObject({ MessageId: expect.any(String) });
  await expect(send(other)).rejects.toMatchObject(refused);
  await expect(put('open/a')).resolves.toBeDefined();
  await expect(put('closed/a')).rejects.toMatchObject(refused);
  await expect(s3.send(new GetObjectCommand({ Bucket: 'things', Key: 'closed/a' }))).rejects.toMatchObject(refused);
});

test('nobody gets in without a signature', async () => {
  const anonymous = new SQSClient({
    endpoint: emulator.url,
    region: emulator.region,
    credentials: { accessKeyId: 'AKIAGUESS', secretAccessKey: 'x' },
  });
  const call = anonymous.send(
    new SendMessageCommand({ QueueUrl: `${emulator.url}/${account}/${jobs}`, MessageBody: 'x' }),
  );
  await expect(call).rejects.toMatchObject(refused);
});

/** Why there is a guard. When this fails, moto has learned it, and `judgedByEmulator` can grow. */
test('moto refuses a policy that names a table, because it asks for every resource', async () => {
  const { dynamodb } = await worker();
  const key = [{ AttributeName: 'id', KeyType: 'HASH' as const }];
  const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' as const }];
  const table = { TableName: 'things', KeySchema: key, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' as const };
  await administrator.dynamodb.send(new CreateTableCommand(table));
  await expect(dynamodb.send(new DescribeTableCommand({ TableName: 'things' }))).rejects.toMatchObject(refused);
});
