import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../lambda/sqs-batch.ts';
import type { Send, SendAll } from './queues.ts';
import { createSendAll } from './sqs-batches.ts';

export function createSqsSend(client: SQSClient): Send {
  return async (queueUrl, message, fifo) => {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: JSON.stringify(message),
        MessageGroupId: fifo?.group,
        MessageDeduplicationId: fifo?.deduplication,
      }),
    );
  };
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export function createSqsSendAll(client: SQSClient): SendAll {
  return createSendAll({
    sleep,
    async sendBatch(queueUrl, entries) {
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: entries.map(({ id, body, group, deduplication }) => ({
            Id: id,
            MessageBody: body,
            MessageGroupId: group,
            MessageDeduplicationId: deduplication,
          })),
        }),
      );
      return Failed.map(({ Id = '' }) => Id);
    },
  });
}

/** The body as it came, and why it can never succeed as an attribute beside it. `group` only for a FIFO queue. */
export function createSqsDeadLetters(client: SQSClient, queueUrl: string): DeadLetters {
  return {
    async send(body, reason) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: body,
          MessageAttributes: { reason: { DataType: 'String', StringValue: reason.slice(0, 1000) || 'unknown' } },
          ...(queueUrl.endsWith('.fifo') && { MessageGroupId: 'dead', MessageDeduplicationId: crypto.randomUUID() }),
        }),
      );
    },
  };
}
