import { judgeService } from '../../guard/authorize.ts';
import { TemplateError } from '../intrinsics.ts';
import { arnIn, type Creation, type Creator, physicalName } from './creator.ts';
import { targetOf } from './events.ts';

type ScheduleTarget = Parameters<typeof targetOf>[0] & { RoleArn: string };

export const createSchedule: Creator = async (properties, creation) => {
  const name = String(properties.Name ?? physicalName(creation));
  const arn = arnIn(creation, 'scheduler', `schedule/${properties.GroupName ?? 'default'}/${name}`);
  const target = properties.Target as ScheduleTarget;
  const zone = properties.ScheduleExpressionTimezone;
  if (zone && zone !== 'UTC' && zone !== 'Etc/UTC')
    throw new TemplateError(`the player runs schedules in UTC only, not in ${zone}`);
  mayAssume(creation, target.RoleArn, String(properties.GroupName ?? 'default'));
  creation.parts.schedules.push({
    ...{ arn, name, logicalId: creation.logicalId },
    expression: String(properties.ScheduleExpression),
    enabled: properties.State !== 'DISABLED',
    roleArn: target.RoleArn,
    target: targetOf({ ...target, Id: name }),
  });
  return { ref: name, attributes: { Arn: arn } };
};

/** Trust policies usually ask for the schedule's group, which Scheduler gives as the source. */
function mayAssume(creation: Creation, roleArn: string, group: string): void {
  const context = { 'aws:sourcearn': arnIn(creation, 'scheduler', `schedule-group/${group}`) };
  const permission = { action: 'sts:AssumeRole', resource: roleArn, context };
  const decision = judgeService(creation.world, 'scheduler.amazonaws.com', permission);
  if (decision.allowed) return;
  throw new TemplateError(`the execution role ${roleArn} must allow AWS EventBridge Scheduler to assume it`);
}

export const createScheduleGroup: Creator = async (properties, creation) => {
  const name = String(properties.Name ?? physicalName(creation));
  return { ref: name, attributes: { Arn: arnIn(creation, 'scheduler', `schedule-group/${name}`) } };
};
