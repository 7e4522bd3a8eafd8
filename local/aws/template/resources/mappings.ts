import { randomUUID } from 'node:crypto';
import { judgeOne } from '../../guard/authorize.ts';
import type { Caller } from '../../guard/world.ts';
import { TemplateError } from '../intrinsics.ts';
import type { Mapping } from '../parts.ts';
import { type Creation, type Creator, number, type Properties } from './creator.ts';
import { functionArn } from './lambda.ts';

const queueActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const streamActions = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];

type Filters = { Filters?: { Pattern?: string }[] };
type Destinations = { OnFailure?: { Destination?: string } };

function mappingOf(properties: Properties, creation: Creation): Mapping {
  const sourceArn = String(properties.EventSourceArn);
  const stream = sourceArn.includes(':dynamodb:');
  const scaling = properties.ScalingConfig as { MaximumConcurrency?: number } | undefined;
  const filters = (properties.FilterCriteria as Filters | undefined)?.Filters ?? [];
  return {
    id: randomUUID(),
    functionArn: functionArn(creation, String(properties.FunctionName)),
    sourceArn,
    enabled: properties.Enabled !== false,
    batchSize: number(properties.BatchSize, stream ? 100 : 10),
    windowSeconds: number(properties.MaximumBatchingWindowInSeconds, 0),
    partialFailures: ((properties.FunctionResponseTypes ?? []) as string[]).includes('ReportBatchItemFailures'),
    maxConcurrency: scaling?.MaximumConcurrency,
    filters: filters.map(({ Pattern = '{}' }) => Pattern),
    stream: {
      startingPosition: properties.StartingPosition === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON',
      bisect: properties.BisectBatchOnFunctionError === true,
      retries: number(properties.MaximumRetryAttempts, -1),
      maxAge: number(properties.MaximumRecordAgeInSeconds, -1),
      onFailureArn: (properties.DestinationConfig as Destinations | undefined)?.OnFailure?.Destination,
    },
  };
}

/** What Lambda refuses when a mapping is created: it reads the source in the function's name. */
function check({ world, parts }: Creation, { functionArn: arn, sourceArn, stream }: Mapping): void {
  const definition = parts.functions.get(arn);
  if (definition === undefined) throw new TemplateError(`the template has no function ${arn}`);
  const caller: Caller = {
    credentials: { accessKeyId: '', secretAccessKey: '' },
    principal: { kind: 'session', arn, roleArn: definition.roleArn, accountId: world.accountId },
    name: definition.name,
    inVpc: false,
  };
  const needed = (sourceArn.includes(':sqs:') ? queueActions : streamActions).map((action) => ({
    action,
    resource: sourceArn,
  }));
  if (stream.onFailureArn) needed.push({ action: sendTo(stream.onFailureArn), resource: stream.onFailureArn });
  const missing = needed.find((permission) => !judgeOne(world, caller, permission).allowed);
  if (missing)
    throw new TemplateError(
      `the role of ${definition.name} does not have permissions to call ${missing.action} on ${missing.resource}`,
    );
}

function sendTo(arn: string): string {
  return arn.includes(':sns:') ? 'sns:Publish' : 'sqs:SendMessage';
}

/** Lambda asks of a queue that a message stays hidden while the function works on it. */
function checkVisibility({ parts }: Creation, mapping: Mapping): void {
  const queue = parts.queues.get(mapping.sourceArn);
  const timeout = parts.functions.get(mapping.functionArn)?.timeoutSeconds ?? 0;
  if (queue && queue.visibilityTimeout < timeout) {
    throw new TemplateError(
      `queue visibility timeout ${queue.visibilityTimeout} seconds is less than function timeout ${timeout} seconds`,
    );
  }
}

export const createEventSourceMapping: Creator = async (properties, creation) => {
  const mapping = mappingOf(properties, creation);
  creation.parts.checks.push(() => check(creation, mapping));
  creation.parts.checks.push(() => checkVisibility(creation, mapping));
  creation.parts.mappings.push(mapping);
  return { ref: mapping.id, attributes: { Id: mapping.id } };
};
