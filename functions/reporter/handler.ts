import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type {
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import { createS3ObjectStore } from '../../shared/artifacts/s3.client.ts';
import { systemClock } from '../../shared/clock.ts';
import { loadDeployer } from '../../shared/config/load.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { reportRequestSchema } from '../../shared/events/messages.ts';
import { createSqsDeadLetters } from '../../shared/events/sqs.client.ts';
import { createGitHubReporter } from '../../shared/git/github.client.ts';
import { webUrlOf } from '../../shared/git/web-url.ts';
import { createGitHubWatch } from '../../shared/lambda/github-usage.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { createMeasure } from '../../shared/lambda/metrics.ts';
import { eachMessage, processBatch } from '../../shared/lambda/sqs-batch.ts';
import { isOfStream, processChanges } from '../../shared/lambda/stream-batch.ts';
import { createSecrets } from '../../shared/secrets/secrets.client.ts';
import { changedPullRequests, isOfMore } from '../../shared/state/changed-pull-requests.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import { createDynamoPullRequestStore } from '../../shared/state/pull-requests.client.ts';
import { budgeted } from './budgeted.ts';
import { linksOf } from './links.ts';
import { reportPullRequest } from './pull-request/report.ts';
import { createEventBus } from './recipients/event-bus.client.ts';
import { createReceivers } from './recipients/receivers.client.ts';
import { createTopic } from './recipients/topic.client.ts';
import { type ReporterPorts, reportEnvironment } from './report.ts';

const { github, environments, alerts } = loadDeployer(requireVariable(variables.configurationFile));
const secrets = createSecrets({ client: new SecretsManagerClient() });
const log = createLog('reporter');
const measure = createMeasure('reporter');
const table = { client: new DynamoDBClient(), table: requireVariable(variables.stateTable) };
const state = createDynamoStateStore(table);
const deadLetters = createSqsDeadLetters(new SQSClient(), requireVariable(variables.deadLetterQueueUrl));
const objects = createS3ObjectStore({ client: new S3Client(), bucket: requireVariable(variables.artifactBucket) });
const gitHub = createGitHubReporter({
  apiUrl: github.apiUrl,
  appId: github.apps.report.appId,
  privateKey: () => secrets.get(github.apps.report.privateKeySecret),
  observe: createGitHubWatch('reporter'),
});
const git = budgeted(gitHub, { budgets: state, clock: systemClock });
const pullRequestPorts = { pullRequests: createDynamoPullRequestStore(table), objects, git, log };
const logPages: Record<string, string> = JSON.parse(requireVariable(variables.logPages));
const ports: ReporterPorts = {
  state,
  reports: state,
  readRelease: createReadRelease(objects),
  git,
  recipients: [
    createTopic(new SNSClient(), requireVariable(variables.alertTopicArn)),
    createEventBus(new EventBridgeClient()),
    ...createReceivers(alerts.receivers, { secrets, clock: systemClock }),
  ],
  webUrl: github.webUrl ?? webUrlOf(github.apiUrl),
  links: (environment) => linksOf(environments[environment], logPages),
  reminderSeconds: alerts.reminder,
  clock: systemClock,
  log,
};

/**
 * Called with the state table's stream, and by `dispatcher` for what could not be told or is to be told again. Each environment is reported as
 * it stands now, so a late or repeated record is harmless.
 */
export async function handler(
  event: DynamoDBStreamEvent | SQSEvent,
): Promise<DynamoDBBatchResponse | SQSBatchResponse> {
  return isOfStream(event)
    ? processChanges(event, { environments, log, measure, handle: onChanges })
    : onRequests(event);
}

async function onChanges(environment: string, records: DynamoDBRecord[]): Promise<void> {
  const numbers = changedPullRequests(records);
  for (const number of numbers) await reportPullRequest(environment, number, pullRequestPorts);
  if (isOfMore(records)) await report(environment);
}

async function onRequests(event: SQSEvent): Promise<SQSBatchResponse> {
  return processBatch(event, {
    schema: reportRequestSchema,
    deadLetters,
    log,
    measure,
    handle: (messages) => eachMessage(messages, ({ environment }) => report(environment)),
  });
}

/** One that `deployer.yaml` no longer has is nobody's. */
async function report(environment: string): Promise<void> {
  if (!Object.hasOwn(environments, environment)) return;
  const outcome = await reportEnvironment(environment, ports);
  if (outcome !== undefined)
    log.info('environment reported', { environment, state: outcome.state, summary: outcome.summary });
}
