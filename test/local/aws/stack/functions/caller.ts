import { DynamoDBClient, GetItemCommand, PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const sqs = new SQSClient();
const s3 = new S3Client();
const dynamodb = new DynamoDBClient();
const lambda = new LambdaClient();

type Input = Record<string, string>;

/** One call of AWS each, with what the event says. */
const calls: Record<string, (input: Input) => Promise<unknown>> = {
  send: ({ url, body, group }) =>
    sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...(group && { MessageGroupId: group }) })),
  sendBatch: ({ url, body, group }) =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: [{ Id: 'a', MessageBody: body, ...(group && { MessageGroupId: group }) }],
      }),
    ),
  put: ({ bucket, key, body }) => s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body })),
  putOnce: ({ bucket, key, body }) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, IfNoneMatch: '*' })),
  get: async ({ bucket, key }) =>
    (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body?.transformToString(),
  head: ({ bucket, key }) => s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
  list: async ({ bucket, prefix }) =>
    (await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))).Contents?.map(({ Key }) => Key),
  presignGet: ({ bucket, key }) =>
    getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: 60 }),
  presignPut: ({ bucket, key }) =>
    getSignedUrl(s3, new PutObjectCommand({ Bucket: bucket, Key: key }), { expiresIn: 60 }),
  putItem: ({ table, id }) => dynamodb.send(new PutItemCommand({ TableName: table, Item: { id: { S: id ?? '' } } })),
  getItem: async ({ table, id }) =>
    (await dynamodb.send(new GetItemCommand({ TableName: table, Key: { id: { S: id ?? '' } } }))).Item,
  transact: ({ table, id }) =>
    dynamodb.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: table, Item: { id: { S: id ?? '' } } } },
          { Delete: { TableName: table, Key: { id: { S: 'other' } } } },
        ],
      }),
    ),
  secret: async ({ arn }) =>
    (await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: arn }))).SecretString,
  publish: ({ topic, body }) =>
    new SNSClient().send(new PublishCommand({ TopicArn: topic, Message: body, Subject: 'greeting' })),
  cluster: async ({ name }) => (await new EKSClient().send(new DescribeClusterCommand({ name }))).cluster,
  images: async ({ repository }) =>
    (await new ECRClient().send(new DescribeImagesCommand({ repositoryName: repository }))).imageDetails,
  invoke: async ({ name, payload, tenant }) => {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: payload, TenantId: tenant }),
    );
    return { error: FunctionError, payload: JSON.parse(Buffer.from(Payload ?? []).toString()) };
  },
  environment: async () => process.env,
};

/** Answers with the call's result, or with its error's name and message. */
export async function handler({ call, ...input }: Input): Promise<unknown> {
  try {
    const result = await calls[call ?? '']?.(input);
    return { ok: true, result: result ?? null };
  } catch (error) {
    const { name, message } = error as Error;
    return { ok: false, name, message };
  }
}
