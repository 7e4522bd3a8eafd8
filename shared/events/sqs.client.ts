import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetters } from '../lambda/sqs-batch.ts';
import type { Send } from './queues.ts';

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
