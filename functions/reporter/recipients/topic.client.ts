import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Recipient } from '../notices/outbox.ts';
import { subjectOf, textOf } from '../notices/text.ts';

/**
 * The alert topic, which gets everything. Its subscriptions choose by the attributes `severity` and `environment`.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
 */
export function createTopic(client: SNSClient, topicArn: string): Recipient {
  return {
    name: 'topic',
    wants: () => true,
    async send(notice) {
      const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
      await client.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subjectOf(notice),
          Message: textOf(notice),
          MessageAttributes: {
            severity: attribute(notice.severity),
            environment: attribute(notice.environment),
          },
        }),
      );
    },
  };
}
