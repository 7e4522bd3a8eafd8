import type { Clock } from '../../../shared/clock.ts';
import { type Receiver, receiverName } from '../../../shared/config/receivers.ts';
import type { Secrets } from '../../../shared/secrets/secrets.client.ts';
import type { Recipient } from '../notices/outbox.ts';
import { isMeantFor } from '../notices/routes.ts';
import { createSlack } from './slack.client.ts';
import { createWebhook } from './webhook.client.ts';

type Ports = { secrets: Secrets; clock: Clock };

/** Whom `deployer.yaml` names beside the topic and the event bus. Those by e-mail subscribe to the topic. */
export const createReceivers = (receivers: readonly Receiver[], ports: Ports): Recipient[] =>
  receivers.flatMap((receiver) => createReceiver(receiver, ports) ?? []);

function createReceiver(receiver: Receiver, { secrets, clock }: Ports): Recipient | undefined {
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
