import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { systemClock } from '../../shared/clock.ts';
import { loadDeployer } from '../../shared/config/load.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { imageMessageSchema } from '../../shared/events/messages.ts';
import { createSqsDeadLetters } from '../../shared/events/sqs.client.ts';
import { createGitHubWriter } from '../../shared/git/github.client.ts';
import { createEcrRegistry } from '../../shared/images/ecr.client.ts';
import { createGitHubWatch } from '../../shared/lambda/github-usage.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { createMeasure } from '../../shared/lambda/metrics.ts';
import { processBatch } from '../../shared/lambda/sqs-batch.ts';
import { createSecrets } from '../../shared/secrets/secrets.client.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import type { UpdaterPorts } from './ports.ts';
import { updateImages } from './update-images.ts';

const { github, environments } = loadDeployer(requireVariable(variables.configurationFile));
const secrets = createSecrets({ client: new SecretsManagerClient() });
const log = createLog('image-updater');
const measure = createMeasure('image-updater');
const ports: UpdaterPorts = {
  environments,
  git: createGitHubWriter({
    apiUrl: github.apiUrl,
    appId: github.apps.write.appId,
    privateKey: () => secrets.get(github.apps.write.privateKeySecret),
    observe: createGitHubWatch('image-updater'),
  }),
  registry: createEcrRegistry((region) => new ECRClient({ region, maxAttempts: 6 })),
  reports: createDynamoStateStore({ client: new DynamoDBClient(), table: requireVariable(variables.stateTable) }),
  log,
  clock: systemClock,
  sleep,
  random: Math.random,
};
const deadLetters = createSqsDeadLetters(new SQSClient(), requireVariable(variables.deadLetterQueueUrl));

/** Called with `image-pushes`: ECR's events and scans. The registry is asked which version is the newest, so late or repeated messages do no harm. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  return processBatch(event, {
    schema: imageMessageSchema,
    deadLetters,
    log,
    measure,
    handle: (messages) => updateImages(messages, ports),
  });
}
