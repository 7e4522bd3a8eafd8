import { parsePolicy } from '../../guard/policy/document.ts';
import { attachPolicy } from '../../guard/world.ts';
import type { Target } from '../parts.ts';
import { arnIn, type Creation, type Creator, physicalName } from './creator.ts';

type TargetProperties = {
  Id: string;
  Arn: string;
  DeadLetterConfig?: { Arn?: string };
  Input?: string;
  InputPath?: string;
  InputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
  SqsParameters?: { MessageGroupId?: string };
};

export function targetOf(target: TargetProperties): Target {
  const { InputTransformer: transformer } = target;
  return {
    id: target.Id,
    arn: target.Arn,
    deadLetterArn: target.DeadLetterConfig?.Arn,
    messageGroupId: target.SqsParameters?.MessageGroupId,
    input: target.Input,
    inputPath: target.InputPath,
    inputTransformer: transformer && { paths: transformer.InputPathsMap ?? {}, template: transformer.InputTemplate },
  };
}

/** The player matches and delivers events itself (`sources/event-bus.ts`): moto delivers whatever a queue's policy says. */
export const createRule: Creator = async (properties, creation) => {
  const name = String(properties.Name ?? physicalName(creation));
  const bus =
    String(properties.EventBusName ?? 'default')
      .split('/')
      .at(-1) ?? 'default';
  const arn = arnIn(creation, 'events', bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`);
  const enabled = properties.State !== 'DISABLED';
  const targets = ((properties.Targets ?? []) as TargetProperties[]).map(targetOf);
  const { EventPattern: pattern, ScheduleExpression: expression } = properties;
  if (pattern) creation.parts.rules.push({ arn, name, bus, enabled, targets, pattern: JSON.stringify(pattern) });
  if (expression) scheduleTargets(creation, { arn, name, enabled, expression: String(expression) }, targets);
  return { ref: name, attributes: { Arn: arn } };
};

function scheduleTargets(
  { parts, logicalId }: Creation,
  rule: { arn: string; name: string; enabled: boolean; expression: string },
  targets: readonly Target[],
): void {
  for (const target of targets) parts.schedules.push({ ...rule, logicalId, target });
}

export const createEventBus: Creator = async ({ Name }, creation) => {
  const name = String(Name);
  return { ref: name, attributes: { Arn: arnIn(creation, 'events', `event-bus/${name}`), Name: name } };
};

/** Who may send events from elsewhere; the account itself always may. */
export const createEventBusPolicy: Creator = async ({ EventBusName = 'default', Statement }, creation) => {
  attachPolicy(creation.world, arnIn(creation, 'events', `event-bus/${EventBusName}`), parsePolicy({ Statement }));
  return { ref: physicalName(creation), attributes: {} };
};
