import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Queue } from '../aws/template/parts.ts';
import type { Stack } from '../stack/start.ts';
import type { World } from './world.ts';

/** The queues as somebody with all rights sees them in the console. */
export function createQueueView({ account: { clients }, played }: Stack): World['queues'] {
  const { sqs } = clients;
  const deadArns = new Set(played.queues.map(({ deadLetterArn }) => deadLetterArn));
  const dead = played.queues.filter(({ arn }) => deadArns.has(arn));
  if (dead.length === 0)
    throw new Error('the template has no dead-letter queue, so nothing can be said of dead letters');
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const count = async ({ url }: Queue) => {
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames }));
    return Number(Attributes?.ApproximateNumberOfMessages);
  };
  const take = async (QueueUrl: string, { Body = '', MessageAttributes, ReceiptHandle }: Message) => {
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return { body: Body, reason: MessageAttributes?.reason?.StringValue };
  };
  return {
    deadLetters: async () => (await Promise.all(dead.map(count))).reduce((sum, each) => sum + each, 0),
    async sendToEach(MessageBody) {
      const plain = played.queues.filter(({ deadLetterArn, fifo }) => deadLetterArn !== undefined && !fifo);
      await Promise.all(plain.map(({ url }) => sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }))));
      return plain.map(({ logicalId }) => logicalId);
    },
    async takeDeadLetters(name) {
      const { deadLetterArn } = played.queue(name);
      const url = dead.find(({ arn }) => arn === deadLetterArn)?.url ?? '';
      const command = { QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(command));
      return Promise.all(Messages.map((message) => take(url, message)));
    },
  };
}
