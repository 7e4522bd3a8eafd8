import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Clients } from '../clients.ts';
import type { Functions } from '../functions.ts';
import type { Parts } from '../template/parts.ts';

/** Brings a text to a queue, a topic or a function, with the rights of the given clients. */
export type Deliver = (arn: string, body: string, messageGroupId?: string) => Promise<void>;

export type DeliverPorts = { clients: Clients; parts: Parts; functions: Functions };

/** @throws Error when the target refuses, or is of a kind that isn't played. */
export function createDeliver({ clients, parts, functions }: DeliverPorts): Deliver {
  return async (arn, body, MessageGroupId) => {
    const queue = parts.queues.get(arn);
    if (queue) {
      const group = MessageGroupId ? { MessageGroupId } : {};
      await clients.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body, ...group }));
    } else if (arn.includes(':sns:')) {
      await clients.sns.send(new PublishCommand({ TopicArn: arn, Message: body }));
    } else if (arn.includes(':lambda:')) {
      await functions.invoke(arn, JSON.parse(body));
    } else {
      throw new Error(`the player can't deliver to ${arn}`);
    }
  };
}
