import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from './guard/signature.ts';

export type ClientOptions = { endpoint: string; region: string; credentials: Credentials };

/** The SDK's clients of one caller, all behind the guard. */
export type Clients = ReturnType<typeof createClients>;

/** Creates the clients; none connects before its first call. */
export function createClients({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey, sessionToken },
}: ClientOptions) {
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  const options = { endpoint, region, credentials };
  const clients = {
    dynamodb: new DynamoDBClient(options),
    streams: new DynamoDBStreamsClient(options),
    ecr: new ECRClient(options),
    events: new EventBridgeClient(options),
    iam: new IAMClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
    secrets: new SecretsManagerClient(options),
    sns: new SNSClient(options),
    sqs: new SQSClient(options),
    sts: new STSClient(options),
  };
  return { ...clients, destroy: () => Object.values(clients).forEach((client) => void client.destroy()) };
}
