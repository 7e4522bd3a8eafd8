import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient } from '@aws-sdk/client-eks';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import { createS3ObjectStore } from '../../shared/artifacts/s3.client.ts';
import { createCredentialsFor } from '../../shared/charts/credentials.ts';
import { createDownload } from '../../shared/charts/download.client.ts';
import { createEcrCharts, ecrRepositoryOf } from '../../shared/charts/ecr.client.ts';
import { createFetchChart } from '../../shared/charts/fetch-chart.ts';
import { systemClock } from '../../shared/clock.ts';
import { loadDeployer } from '../../shared/config/load.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { gitChangeSchema } from '../../shared/events/messages.ts';
import { createSqsDeadLetters, createSqsSendAll } from '../../shared/events/sqs.client.ts';
import { createGitHubReader } from '../../shared/git/github.client.ts';
import { createGitHubWatch } from '../../shared/lambda/github-usage.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { createMeasure } from '../../shared/lambda/metrics.ts';
import { processBatch } from '../../shared/lambda/sqs-batch.ts';
import { createSecrets } from '../../shared/secrets/secrets.client.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import { createDynamoPullRequestStore } from '../../shared/state/pull-requests.client.ts';
import { createDescribeCluster, createEksClients } from './eks.client.ts';
import type { SourcePorts } from './ports.ts';
import { refreshAll } from './refresh-all.ts';
import { createRender } from './renderer.client.ts';

const { github, environments, clusters, renderer, chartCredentials } = loadDeployer(
  requireVariable(variables.configurationFile),
);
const log = createLog('source');
const measure = createMeasure('source');
const secrets = createSecrets({ client: new SecretsManagerClient() });
const sqs = new SQSClient();
const table = { client: new DynamoDBClient(), table: requireVariable(variables.stateTable) };
// By default the SDK would sign the checksum of an empty body into a presigned PUT, which S3 then refuses for any other body.
const s3 = new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
const objects = createS3ObjectStore({ client: s3, bucket: requireVariable(variables.artifactBucket) });
const ports: Omit<SourcePorts, 'deadline'> = {
  environments,
  clusters,
  git: createGitHubReader({
    apiUrl: github.apiUrl,
    appId: github.apps.read.appId,
    privateKey: () => secrets.get(github.apps.read.privateKeySecret),
    observe: createGitHubWatch('source'),
  }),
  state: createDynamoStateStore(table),
  pullRequests: createDynamoPullRequestStore(table),
  objects,
  readRelease: createReadRelease(objects),
  fetchChart: createFetchChart({
    download: createDownload(),
    ecr: createEcrCharts((region) => new ECRClient({ region, maxAttempts: 6 })),
    isInEcr: (chart) => ecrRepositoryOf(chart) !== undefined,
    credentialsFor: createCredentialsFor(chartCredentials, secrets),
  }),
  // A new account runs ten functions at once: what is throttled waits for its turn.
  render: createRender({
    client: new LambdaClient({ maxAttempts: 10 }),
    functionName: requireVariable(variables.rendererFunctionName),
    perTenant: renderer.tenantIsolation,
  }),
  describe: createDescribeCluster(
    createEksClients({
      own: new EKSClient(),
      sts: new STSClient(),
      roles: JSON.parse(requireVariable(variables.descriptionRoles)),
    }),
  ),
  sendAll: createSqsSendAll(sqs),
  reconciliationQueues: JSON.parse(requireVariable(variables.reconciliationQueueUrls)),
  clock: systemClock,
  sleep,
  log,
  measure,
};
const deadLetters = createSqsDeadLetters(sqs, requireVariable(variables.deadLetterQueueUrl));

/** Called with `git-changes`, from the webhook and the resync. It asks for the branch's head and the open pull requests to it, so late or repeated
 * messages do no harm. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadline = { remaining: () => context.getRemainingTimeInMillis() };
  return processBatch(event, {
    schema: gitChangeSchema,
    deadLetters,
    log,
    measure,
    handle: (messages) => refreshAll(messages, { ...ports, deadline }),
  });
}
