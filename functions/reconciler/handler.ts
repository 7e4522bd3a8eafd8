import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import { createS3ObjectStore } from '../../shared/artifacts/s3.client.ts';
import { systemClock } from '../../shared/clock.ts';
import { loadDeployer } from '../../shared/config/load.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { reconciliationSchema } from '../../shared/events/messages.ts';
import { createTokenSource } from '../../shared/kubernetes/token.client.ts';
import { createTransport } from '../../shared/kubernetes/transport.client.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { createMeasure } from '../../shared/lambda/metrics.ts';
import { eachMessage, processBatch } from '../../shared/lambda/sqs-batch.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import { createDynamoPullRequestStore } from '../../shared/state/pull-requests.client.ts';
import { createSuccessStore } from '../../shared/state/success.client.ts';
import { createTableClient } from '../../shared/state/table.client.ts';
import { createConnect } from './connect.ts';
import { createReadHolders } from './ownership/heirs.ts';
import type { ReconcilerPorts } from './ports.ts';
import { reconcile } from './reconcile.ts';
import { createTell } from './tell.ts';

const clusterKey = requireVariable(variables.cluster);
const { clusters, schedules } = loadDeployer(requireVariable(variables.configurationFile));
const s3 = new S3Client();
const objects = createS3ObjectStore({ client: s3, bucket: requireVariable(variables.artifactBucket) });
const log = createLog('reconciler');
const clock = systemClock;
const stored = { client: createTableClient(), table: requireVariable(variables.stateTable) };
const measure = createMeasure('reconciler');
const token = createTokenSource({
  clusterName: clusters[clusterKey]?.name ?? clusterKey,
  region: requireVariable('AWS_REGION'),
  credentials: s3.config.credentials,
  clock,
});
const ports: ReconcilerPorts = {
  clusterKey,
  state: createDynamoStateStore(stored),
  pullRequests: createDynamoPullRequestStore(stored),
  objects,
  readRelease: createReadRelease(objects),
  readHolders: createReadHolders(objects),
  connect: createConnect({ token, openTransport: createTransport, clock, sleep }),
  clock,
  sleep,
  log,
};

const tell = createTell({ measure, successes: createSuccessStore(stored), clock, driftSeconds: schedules.drift });

/** What a run needs, at the end of its time, to write down how far it came. */
const reservedMilliseconds = 10_000;

/**
 * Called with `reconciliations`, one message at a time, in order for each application. A message says only which application to look at,
 * so a late or repeated one does no harm. One that can't be read comes back, and goes to the dead letters by the queue's own redrive:
 * from inside the VPC nothing can be sent.
 */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadline = { remaining: () => context.getRemainingTimeInMillis() - reservedMilliseconds };
  return processBatch(event, {
    schema: reconciliationSchema,
    log,
    measure,
    handle: (messages) =>
      eachMessage(messages, async (message) => {
        const pass = await reconcile(message, ports, deadline);
        if (pass !== undefined) await tell(pass);
      }),
  });
}
