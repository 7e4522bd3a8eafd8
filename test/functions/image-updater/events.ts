import type { SQSEvent } from 'aws-lambda';
import type { EcrEvent } from '../../../shared/events/messages.ts';

type Part = { type?: string; region?: string; detail?: Record<string, unknown> };

/** ECR's event of a push, as EventBridge delivers it; a null or wrong field is the test's own. */
export const anEcrEvent = ({ type = 'ECR Image Action', region = 'eu-west-1', detail = {} }: Part = {}): EcrEvent => ({
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': type,
  source: 'aws.ecr',
  account: '123456789012',
  region,
  detail: {
    result: 'SUCCESS',
    'repository-name': 'example-application',
    'action-type': 'PUSH',
    'image-tag': '1.1.0',
    ...detail,
  } as EcrEvent['detail'],
});

export const aPush = (tag: string, name = 'example-application') =>
  anEcrEvent({ detail: { 'image-tag': tag, 'repository-name': name } });

export const aScan = { kind: 'image-scan', cause: 'tick' };

export const delivered = (times: number, { Records }: SQSEvent): SQSEvent => ({
  Records: Records.map((record) => ({
    ...record,
    attributes: { ...record.attributes, ApproximateReceiveCount: `${times}` },
  })),
});

/** A batch as SQS hands it over; texts go as they are. Message ids are `message-0` and so on. */
export const aBatch = (...bodies: unknown[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'x',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:image-pushes',
    awsRegion: 'eu-west-1',
  })),
});
