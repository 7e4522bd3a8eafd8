import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Clock } from '../../../shared/clock.ts';
import type { Deployer } from '../../../shared/config/deployer.ts';
import { type Receiver, receiverName } from '../../../shared/config/receivers.ts';
import { requireVariable, variables } from '../../../shared/environment-variables.ts';
import type { Secrets } from '../../../shared/secrets/secrets.client.ts';
import type { Recipient } from '../notices/outbox.ts';
import { isMeantFor } from '../notices/routes.ts';
import { createEventBus } from './event-bus.client.ts';
import { createSlack } from './slack.client.ts';
import { createTopic } from './topic.client.ts';
import { createWebhook } from './webhook.client.ts';

type Ports = { secrets: Secrets; clock: Clock };

/** Everybody who is told: the topic and the event bus everything, the others what `deployer.yaml` says. Those by e-mail subscribe to the topic. */
export function createRecipients({ receivers }: Deployer['alerts'], ports: Ports): Recipient[] {
  return [
    createTopic(new SNSClient(), requireVariable(variables.alertTopicArn)),
    createEventBus(new EventBridgeClient()),
    ...receivers.flatMap((receiver) => createRecipient(receiver, ports) ?? []),
  ];
}

function createRecipient(receiver: Receiver, { secrets, clock }: Ports): Recipient | undefined {
  const common = { name: receiverName(receiver), wants: isMeantFor.bind(undefined, receiver) };
  if ('slack' in receiver)
    return createSlack({ ...common, secret: receiver.slack, url: () => secrets.get(receiver.slack) });
  if ('webhook' in receiver)
    return createWebhook({
      ...{ ...common, clock, secret: receiver.webhook },
      settings: () => secrets.get(receiver.webhook),
    });
  return undefined;
}
