import { Aws, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { type Location, repositoryNamesIn } from '../shared/config/registries.ts';
import { Alerts } from './alerts.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { ofRepositories, pushEvents } from './push-events.ts';
import { forwardingRuleName, registryBusArn } from './registry-bus.ts';
import { watchRule } from './watch.ts';

export type RegistryStackProps = { deployer: Deployer; home: Location; registry: Location };

/**
 * The part of Plumbline that stands beside a registry of another account or region: a rule that forwards the pushes of the repositories
 * that images are taken from. It has no assets and needs no bootstrapping, so that whoever owns the account can create it of its template.
 *
 * EventBridge tries for 24 hours to forward an event; then it lies in the dead letters, and the scan has found the image long before.
 */
export class RegistryStack extends Stack {
  constructor(scope: Construct, id: string, { deployer, home, registry }: RegistryStackProps) {
    super(scope, id, {
      env: registry,
      stackName: `PlumblineRegistry-for-${home.account}-${home.region}`,
      description: 'Plumbline: forwards image pushes to where it is installed',
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
    });
    const alerts = new Alerts(this, deployer.alerts);
    const deadLetters = new DeadLetterQueue(this, { alerts, holds: 'image pushes that could not be forwarded' });
    const rule = new Rule(this, 'Pushes', {
      ruleName: forwardingRuleName(home),
      description: `Image pushes, to Plumbline in ${home.account}, ${home.region}`,
      eventPattern: { ...pushEvents(deployer), ...ofRepositories(repositoryNamesIn(registry, deployer.environments)) },
    });
    watchRule(this, alerts, rule);
    const bus = EventBus.fromEventBusArn(this, 'Home', registryBusArn(home));
    rule.addTarget(new EventBusTarget(bus, { role: this.forwarderFor(home), deadLetterQueue: deadLetters.queue }));
  }

  /** Only EventBridge may take it, and only for this rule. */
  private forwarderFor(home: Location): Role {
    const rule = `arn:${Aws.PARTITION}:events:${this.region}:${this.account}:rule/${forwardingRuleName(home)}`;
    return new Role(this, 'Forwarder', {
      description: 'Plumbline: lets EventBridge forward image pushes',
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { ArnEquals: { 'aws:SourceArn': rule }, StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    });
  }
}

/** One for each of `registries`, named after its account and region. */
export function createRegistryStacks(scope: Construct, deployer: Deployer): RegistryStack[] {
  const { home, registries } = deployer;
  if (home === undefined) return [];
  return registries.map(
    (registry) =>
      new RegistryStack(scope, `PlumblineRegistry-${registry.account}-${registry.region}`, {
        deployer,
        home,
        registry,
      }),
  );
}
