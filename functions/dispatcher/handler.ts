import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import { createS3ObjectStore } from '../../shared/artifacts/s3.client.ts';
import { systemClock } from '../../shared/clock.ts';
import { loadDeployer } from '../../shared/config/load.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { tickSchema } from '../../shared/events/messages.ts';
import { createSqsDeadLetters, createSqsSendAll } from '../../shared/events/sqs.client.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { createMeasure } from '../../shared/lambda/metrics.ts';
import { eachMessage, processBatch } from '../../shared/lambda/sqs-batch.ts';
import { isOfStream, processChanges } from '../../shared/lambda/stream-batch.ts';
import { changedApplications, isNewlyDeployed } from '../../shared/state/changed-environments.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import { createSuccessStore } from '../../shared/state/success.client.ts';
import { type DispatcherPorts, dispatch, dispatchDependants, dispatchPromotion } from './dispatch.ts';
import { tellSuccessAges } from './success-age.ts';

const sqs = new SQSClient();
const stored = { client: new DynamoDBClient(), table: requireVariable(variables.stateTable) };
const ports: DispatcherPorts = {
  environments: loadDeployer(requireVariable(variables.configurationFile)).environments,
  state: createDynamoStateStore(stored),
  readRelease: createReadRelease(
    createS3ObjectStore({ client: new S3Client(), bucket: requireVariable(variables.artifactBucket) }),
  ),
  sendAll: createSqsSendAll(sqs),
  queues: {
    gitChanges: requireVariable(variables.gitChangesQueueUrl),
    imagePushes: requireVariable(variables.imagePushesQueueUrl),
    reports: requireVariable(variables.reportsQueueUrl),
    reconciliations: JSON.parse(requireVariable(variables.reconciliationQueueUrls)),
  },
  clock: systemClock,
};
const deadLetters = createSqsDeadLetters(sqs, requireVariable(variables.deadLetterQueueUrl));
const log = createLog('dispatcher');
const measure = createMeasure('dispatcher');
const successes = createSuccessStore(stored);

/**
 * Called with the Scheduler's ticks, and with the state table's stream wherever an application has become healthy. The ticks are the
 * guarantee behind every event: what was lost or waits is found by them.
 */
export async function handler(
  event: SQSEvent | DynamoDBStreamEvent,
): Promise<SQSBatchResponse | DynamoDBBatchResponse> {
  return isOfStream(event) ? onChanges(event) : onTicks(event);
}

async function onTicks(event: SQSEvent): Promise<SQSBatchResponse> {
  return processBatch(event, {
    schema: tickSchema,
    deadLetters,
    log,
    measure,
    handle: (messages) =>
      eachMessage(messages, async (tick) => {
        const sent = await dispatch(tick, ports);
        if (tick.kind === 'retry') await tellSuccessAges({ ...ports, successes, measure });
        log.info('tick dispatched', { kind: tick.kind, sent });
      }),
  });
}

async function onChanges(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return processChanges(event, {
    environments: ports.environments,
    log,
    measure,
    async handle(environment, records) {
      const sent = await dispatchDependants(environment, changedApplications(records), ports);
      if (sent > 0) log.info('dependants dispatched', { environment, sent });
      const promoted = isNewlyDeployed(records)
        ? await dispatchPromotion(environment, 'a revision is healthy', ports)
        : 0;
      if (promoted > 0) log.info('promotion dispatched', { environment });
    },
  });
}
