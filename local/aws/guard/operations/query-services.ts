import { type PermissionReader, text } from './operation.ts';

const snsPermissions: PermissionReader = (operation, { TopicArn, TargetArn }) =>
  operation === 'Publish' || operation === 'PublishBatch'
    ? [{ action: 'sns:Publish', resource: text(TopicArn) || text(TargetArn) || '*' }]
    : undefined;

/** `GetCallerIdentity` needs no permission, and none can take it away. */
const stsPermissions: PermissionReader = (operation, { RoleArn }) => {
  if (operation === 'GetCallerIdentity') return [];
  return operation === 'AssumeRole' ? [{ action: 'sts:AssumeRole', resource: text(RoleArn) }] : undefined;
};

const cloudwatchPermissions: PermissionReader = (operation, { Namespace }) =>
  operation === 'PutMetricData'
    ? [{ action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': text(Namespace) } }]
    : undefined;

/** The services that name their operation in the form field `Action`, by the name that they are signed for. */
export const queryServices: Readonly<Record<string, PermissionReader>> = {
  sns: snsPermissions,
  sts: stsPermissions,
  monitoring: cloudwatchPermissions,
};
