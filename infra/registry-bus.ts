import { Aws } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import type { Location } from '../shared/config/registries.ts';
import type { Alerts } from './alerts.ts';
import { pushEvents } from './push-events.ts';
import type { QueueWithDeadLetters } from './queue-with-dead-letters.ts';
import { watchRule } from './watch.ts';

/** Fixed, because the stacks of other accounts and regions must know it before it is there. */
const busName = 'plumbline-registries';

export const registryBusArn = ({ account, region }: Location) =>
  `arn:${Aws.PARTITION}:events:${region}:${account}:event-bus/${busName}`;

/** Named after where it forwards to: a registry may serve two installations. */
export const forwardingRuleName = (home: Location) => `plumbline-${home.account}-${home.region}`;

const forwardingRuleArn = ({ account, region }: Location, home: Location) =>
  `arn:${Aws.PARTITION}:events:${region}:${account}:rule/${forwardingRuleName(home)}`;

export type RegistryBusProps = {
  deployer: Deployer;
  home: Location;
  imagePushes: QueueWithDeadLetters;
  alerts: Alerts;
};

/**
 * Where the registries of other accounts and regions send their events (`registry-stack.ts`): a bus of its own, so that the account's own
 * stays closed. It takes what the rules of exactly these registries forward, and brings it to the queue of the pushes.
 */
export class RegistryBus extends Construct {
  private readonly bus: EventBus;

  constructor(scope: Construct, { deployer, home, imagePushes, alerts }: RegistryBusProps) {
    super(scope, 'Registries');
    const { registries } = deployer;
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: busName,
      description: 'Image pushes in ECR of other accounts and regions, to Plumbline',
    });
    for (const [account, own] of Map.groupBy(registries, (registry) => registry.account))
      this.admit(account, own, home);
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
  private admit(account: string, registries: Location[], home: Location): void {
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
