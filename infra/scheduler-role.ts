import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { Encryption } from './encryption.ts';
import type { QueueWithDeadLetters } from './queue-with-dead-letters.ts';

/**
 * What Scheduler takes to send the ticks of a group. The role that the CDK would make may do anything with a queue's own key, not only what
 * sending takes.
 */
export function createSchedulerRole(scope: Construct, group: IScheduleGroup, ticks: QueueWithDeadLetters): Role {
  const conditions = {
    StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, 'aws:SourceArn': group.scheduleGroupArn },
  };
  const role = new Role(scope, 'SchedulerRole', {
    description: 'Plumbline: lets Scheduler send the ticks',
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions }),
  });
  const actions = ['sqs:SendMessage'];
  const resources = [ticks.queue.queueArn, ticks.deadLetters.queue.queueArn];
  role.addToPolicy(new PolicyStatement({ actions, resources }));
  const encryption = Encryption.of(scope);
  for (const { actions: uses, conditions } of encryption?.usesOf(actions, resources) ?? [])
    role.addToPolicy(new PolicyStatement({ actions: uses, resources: [encryption?.key.keyArn ?? ''], conditions }));
  return role;
}
