import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { matchesEvent } from './filter.ts';

/** A message as a function gets it. */
export type QueueRecord = {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, string>;
  messageAttributes: Record<string, object>;
  md5OfBody: string;
  eventSource: 'aws:sqs';
  eventSourceARN: string;
  awsRegion: string;
};

function attributeOf({ DataType, StringValue, BinaryValue }: MessageAttributeValue): object {
  return {
    dataType: DataType,
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function queueRecord(message: Message, arn: string): QueueRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, attributeOf(value)]);
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: (message.Attributes ?? {}) as Record<string, string>,
    messageAttributes: Object.fromEntries(attributes) as Record<string, object>,
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: arn.split(':')[3] ?? '',
  };
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** Whether the mapping's filters let a record through. A pattern for the body sees it parsed, if it is JSON. */
export function passesFilters(filters: readonly string[], record: object): boolean {
  if (filters.length === 0) return true;
  const event = 'body' in record ? { ...record, body: parseBody(String(record.body)) } : record;
  return filters.some((filter) => matchesEvent(JSON.parse(filter), event));
}

/**
 * The identifiers of a batch that failed, by what the function returned.
 *
 * @returns `all` when the answer names something that isn't in the batch or names nothing: Lambda then takes the whole
 * batch for failed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function failedItems(answer: unknown, known: readonly string[]): readonly string[] | 'all' {
  const failures = (answer as { batchItemFailures?: unknown } | null)?.batchItemFailures;
  if (failures === undefined || failures === null) return [];
  if (!Array.isArray(failures)) return 'all';
  const ids = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  return ids.every((id): id is string => typeof id === 'string' && known.includes(id)) ? ids : 'all';
}
