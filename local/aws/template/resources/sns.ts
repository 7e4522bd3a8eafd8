import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { judgeService } from '../../guard/authorize.ts';
import { parsePolicy } from '../../guard/policy/document.ts';
import { attachPolicy } from '../../guard/world.ts';
import { TemplateError } from '../intrinsics.ts';
import { type Creation, type Creator, physicalName } from './creator.ts';
import { encryptWith } from './sqs.ts';

type Subscription = {
  Protocol: string;
  Endpoint?: string;
  RawMessageDelivery?: boolean;
  FilterPolicy?: object;
  FilterPolicyScope?: string;
};

export const createTopic: Creator = async (properties, creation) => {
  const fifo = properties.FifoTopic === true;
  const name = String(
    properties.TopicName ?? (fifo ? `${physicalName(creation, 200)}.fifo` : physicalName(creation, 256)),
  );
  const Attributes: Record<string, string> = fifo ? { FifoTopic: 'true' } : {};
  const { TopicArn: arn = '' } = await creation.clients.sns.send(new CreateTopicCommand({ Name: name, Attributes }));
  creation.parts.topics.set(arn, { arn, logicalId: creation.logicalId });
  encryptWith(String(properties.KmsMasterKeyId ?? ''), arn, creation.world.encryptionKeys);
  for (const subscription of (properties.Subscription ?? []) as Subscription[])
    await subscribe(creation, arn, subscription);
  return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
};

export const createTopicPolicy: Creator = async ({ Topics, PolicyDocument }, creation) => {
  for (const topic of Topics as string[]) attachPolicy(creation.world, topic, parsePolicy(PolicyDocument));
  return { ref: physicalName(creation), attributes: { Id: physicalName(creation) } };
};

export const createSubscription: Creator = async (properties, creation) => {
  const topic = String(properties.TopicArn);
  const arn = await subscribe(creation, topic, properties as Subscription);
  return { ref: arn, attributes: { Arn: arn } };
};

/** moto itself delivers to queues. To e-mail and web addresses nothing is sent from a local account. */
async function subscribe(creation: Creation, topic: string, subscription: Subscription): Promise<string> {
  const { Protocol, Endpoint = '', RawMessageDelivery, FilterPolicy, FilterPolicyScope } = subscription;
  if (Protocol === 'lambda') throw new TemplateError('the player has no subscriptions of functions to topics');
  if (Protocol !== 'sqs') return `${topic}:${physicalName(creation)}`;
  creation.parts.checks.push(() => mayDeliver(creation, topic, Endpoint));
  const Attributes = {
    ...(RawMessageDelivery && { RawMessageDelivery: 'true' }),
    ...(FilterPolicy && { FilterPolicy: JSON.stringify(FilterPolicy) }),
    ...(FilterPolicyScope && { FilterPolicyScope }),
  };
  const command = new SubscribeCommand({
    TopicArn: topic,
    Protocol,
    Endpoint,
    Attributes,
    ReturnSubscriptionArn: true,
  });
  return (await creation.clients.sns.send(command)).SubscriptionArn ?? '';
}

/** AWS would drop every message without a word. */
function mayDeliver({ world }: Creation, topic: string, queue: string): void {
  const context = { 'aws:sourcearn': topic };
  const decision = judgeService(world, 'sns.amazonaws.com', { action: 'sqs:SendMessage', resource: queue, context });
  if (!decision.allowed) throw new TemplateError(`the topic ${topic} may not send to ${queue} ${decision.reason}`);
}
