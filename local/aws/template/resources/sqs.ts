import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { parsePolicy } from '../../guard/policy/document.ts';
import { attachPolicy } from '../../guard/world.ts';
import { arnIn, type Creator, number, type Properties, physicalName } from './creator.ts';

/** The attributes that keep their name between the template and the API. */
const plainAttributes = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];

function attributesOf(properties: Properties): Record<string, string> {
  const present = plainAttributes.filter((name) => properties[name] !== undefined);
  const attributes = Object.fromEntries(present.map((name) => [name, String(properties[name])]));
  if (properties.FifoQueue === true) attributes.FifoQueue = 'true';
  if (properties.RedrivePolicy) attributes.RedrivePolicy = JSON.stringify(properties.RedrivePolicy);
  if (properties.RedriveAllowPolicy) attributes.RedriveAllowPolicy = JSON.stringify(properties.RedriveAllowPolicy);
  return attributes;
}

export const createQueue: Creator = async (properties, creation) => {
  const fifo = properties.FifoQueue === true;
  const name = String(
    properties.QueueName ?? (fifo ? `${physicalName(creation, 75)}.fifo` : physicalName(creation, 80)),
  );
  const command = new CreateQueueCommand({ QueueName: name, Attributes: attributesOf(properties) });
  const { QueueUrl: url = '' } = await creation.clients.sqs.send(command);
  const arn = arnIn(creation, 'sqs', name);
  const redrive = properties.RedrivePolicy as { deadLetterTargetArn?: string } | undefined;
  creation.parts.queues.set(arn, {
    ...{ arn, name, url, fifo, logicalId: creation.logicalId },
    contentBased: String(properties.ContentBasedDeduplication) === 'true',
    visibilityTimeout: number(properties.VisibilityTimeout, 30),
    deadLetterArn: redrive?.deadLetterTargetArn,
  });
  encryptWith(String(properties.KmsMasterKeyId ?? ''), arn, creation.world.encryptionKeys);
  return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
};

/** Keys that AWS manages need no permission. */
export function encryptWith(key: string, arn: string, keys: Map<string, string>): void {
  if (key.startsWith('arn:') && !key.includes(':alias/aws/')) keys.set(arn, key);
}

/** Kept by the guard: moto doesn't evaluate it. */
export const createQueuePolicy: Creator = async ({ Queues, PolicyDocument }, creation) => {
  for (const url of Queues as string[]) {
    attachPolicy(creation.world, arnIn(creation, 'sqs', url.split('/').at(-1) ?? ''), parsePolicy(PolicyDocument));
  }
  return { ref: physicalName(creation), attributes: {} };
};
