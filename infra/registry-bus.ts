import { Aws } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import type { Location } from '../shared/config/registries.ts';
import type { Alerts } from './alerts.ts';
import type { Installation } from './installation.ts';
import { pushEvents } from './push-events.ts';
import type { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { watchRule } from './watch.ts';

const busName = ({ name }: Installation) => `${name}-registries`;

export const registryBusArn = (installation: Installation) =>
  `arn:${Aws.PARTITION}:events:${installation.region}:${installation.account}:event-bus/${busName(installation)}`;

/** Named after where it forwards to: a registry may serve several installations. */
export const forwardingRuleName = ({ name, account, region }: Installation) => `${name}-${account}-${region}`;

export const forwardingRuleArn = ({ account, region }: Location, home: Installation) =>
  `arn:${Aws.PARTITION}:events:${region}:${account}:rule/${forwardingRuleName(home)}`;

export type RegistryBusProps = {
  deployer: Deployer;
  installation: Installation;
  imagePushes: QueueWithDeadLetters;
  alerts: Alerts;
};

/**
 * Where the registries of other accounts and regions send their events (`registry-stack.ts`): a bus of its own, so that the account's own
 * stays closed. It takes what the rules of exactly these registries forward, and brings it to the queue of the pushes.
 */
export class RegistryBus extends Construct {
  private readonly bus: EventBus;

  constructor(scope: Construct, { deployer, installation, imagePushes, alerts }: RegistryBusProps) {
    super(scope, 'Registries');
    const { registries } = deployer;
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: busName(installation),
      description: 'Image pushes in ECR of other accounts and regions, to Plumbline',
    });
    for (const [account, own] of Map.groupBy(registries, (registry) => registry.account))
      this.admit(account, own, installation);
    const rule = new Rule(this, 'Pushes', {
      description: 'Image pushes in ECR of other accounts and regions, to Plumbline',
      eventBus: this.bus,
      eventPattern: {
        ...pushEvents(deployer),
        // They stay those of the origin, however an event came here.
        account: [...new Set(registries.map(({ account }) => account))],
        region: [...new Set(registries.map(({ region }) => region))],
      },
      targets: [new SqsQueue(imagePushes.queue, { deadLetterQueue: imagePushes.deadLetters.queue })],
    });
    watchRule(this, alerts, rule, this.bus);
  }

  /** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-restrict-rule.html */
  private admit(account: string, registries: Location[], home: Installation): void {
    this.bus.addToResourcePolicy(
      new PolicyStatement({
        sid: `Registries${account}`,
        principals: [new AccountPrincipal(account)],
        actions: ['events:PutEvents'],
        resources: [this.bus.eventBusArn],
        conditions: {
          ArnEquals: { 'aws:SourceArn': registries.map((registry) => forwardingRuleArn(registry, home)) },
        },
      }),
    );
  }
}
