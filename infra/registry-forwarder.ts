import { Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { EventBus as EventBusTarget } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { type Location, repositoryNamesIn } from '../shared/config/registries.ts';
import { Alerts } from './alerts.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type Installation, installationOf } from './installation.ts';
import { ofRepositories, pushEvents } from './push-events.ts';
import { forwardingRuleArn, forwardingRuleName, registryBusArn } from './registry-bus.ts';
import { watchRule } from './watch.ts';

export type RegistryForwarderProps = {
  /** What `deployer.yaml` says, read and validated: `readDeployer()`. It must say where `home` is. */
  deployer: Deployer;
  /** One of its `registries`: the account and region of the stack. */
  registry: Location;
  /** What the names begin with that two accounts must know: the same as `Plumbline` was told. @default 'plumbline' */
  name?: string;
  /** Who hears of its alarms. @default a topic of its own, which tells the e-mail addresses of `deployer.yaml` */
  alerts?: Alerts;
};

/**
 * Forwards the pushes of a registry of another account or region to Plumbline: those of the repositories that images are taken from.
 *
 * EventBridge tries for 24 hours to forward an event; then it lies in the dead letters, and the scan has found the image long before.
 */
export class RegistryForwarder extends Construct {
  constructor(scope: Construct, id: string, { deployer, registry, name, alerts: given }: RegistryForwarderProps) {
    super(scope, id);
    const home = installationOf(deployer, name);
    const alerts = given ?? new Alerts(this, deployer.alerts);
    const deadLetters = new DeadLetterQueue(this, { alerts, holds: 'image pushes that could not be forwarded' });
    const rule = new Rule(this, 'Pushes', {
      ruleName: forwardingRuleName(home),
      description: `Image pushes, to Plumbline in ${home.account}, ${home.region}`,
      eventPattern: { ...pushEvents(deployer), ...ofRepositories(repositoryNamesIn(registry, deployer.environments)) },
    });
    const bus = EventBus.fromEventBusArn(this, 'Home', registryBusArn(home));
    const role = this.createRole(registry, home);
    rule.addTarget(new EventBusTarget(bus, { role, deadLetterQueue: deadLetters.queue }));
    watchRule(this, alerts, rule);
  }

  /** Only EventBridge may take it, and only for this rule. */
  private createRole(registry: Location, home: Installation): Role {
    const conditions = {
      ArnEquals: { 'aws:SourceArn': forwardingRuleArn(registry, home) },
      StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
    };
    return new Role(this, 'Role', {
      description: 'Plumbline: lets EventBridge forward image pushes',
      assumedBy: new ServicePrincipal('events.amazonaws.com', { conditions }),
    });
  }
}
