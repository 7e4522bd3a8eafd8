import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { z } from 'zod';
import { BadInputError, isRetryable, problemsOf } from '../errors.ts';
import { failureKindOf } from '../failure-kind.ts';
import { describeProblem } from '../problem.ts';
import type { Measure } from './metrics.ts';

/** Where a message goes that can never succeed, with the reason: nobody should have to guess from a dead letter what was wrong. */
export type DeadLetters = { send(body: string, reason: string): Promise<void> };

export type Log = {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
};

export type Parsed<Message> = { record: SQSRecord; message: Message };

type Batch<Message> = {
  schema: z.ZodType<Message>;
  /** Default: none, for a function that can reach no queue. What it can't read goes back, and the queue's redrive moves it. */
  deadLetters?: DeadLetters;
  log: Log;
  measure: Measure;
  /** Handles all messages of the batch that can be read; returns, by message id, the errors of those that failed. */
  handle(messages: Parsed<Message>[]): Promise<Map<string, unknown>>;
};

/**
 * Reads a batch, lets `handle` do its work and settles every record by itself: done, back to the queue (retryable), or to the dead letters.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export async function processBatch<Message>(event: SQSEvent, batch: Batch<Message>): Promise<SQSBatchResponse> {
  const failures = new Map<string, unknown>();
  const readable: Parsed<Message>[] = [];
  for (const record of event.Records) {
    try {
      readable.push({ record, message: parseBody(record.body, batch.schema) });
    } catch (error) {
      failures.set(record.messageId, error);
    }
  }
  if (readable.length > 0) for (const [id, error] of await batch.handle(readable)) failures.set(id, error);
  return { batchItemFailures: await settle(event.Records, failures, batch) };
}

function parseBody<Message>(body: string, schema: z.ZodType<Message>): Message {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BadInputError([{ message: 'the message is not JSON' }]);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new BadInputError(
    result.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message })),
  );
}

async function settle<Message>(
  records: readonly SQSRecord[],
  failures: Map<string, unknown>,
  { deadLetters, log, measure }: Batch<Message>,
) {
  const returned: { itemIdentifier: string }[] = [];
  for (const record of records.filter(({ messageId }) => failures.has(messageId))) {
    const error = failures.get(record.messageId);
    const reason = problemsOf(error).map(describeProblem).join('; ');
    const details = { messageId: record.messageId, reason, error: isOurs(error) ? undefined : error };
    measure({
      values: { Failures: 1 },
      dimensions: { kind: failureKindOf(error) },
      details: { messageId: record.messageId },
    });
    if (isRetryable(error) || deadLetters === undefined) {
      log.warn('message goes back to its queue', details);
      returned.push({ itemIdentifier: record.messageId });
    } else {
      log.error('message goes to the dead letters', details);
      await deadLetters.send(record.body, reason);
    }
  }
  return returned;
}

const isOurs = (error: unknown) => error instanceof BadInputError;

/** Runs `work` once for every message and gathers what it threw, so that one message's failure is not its neighbours'. */
export async function eachMessage<Message>(messages: Parsed<Message>[], work: (message: Message) => Promise<void>) {
  const failures = new Map<string, unknown>();
  for (const { record, message } of messages) {
    try {
      await work(message);
    } catch (error) {
      failures.set(record.messageId, error);
    }
  }
  return failures;
}
