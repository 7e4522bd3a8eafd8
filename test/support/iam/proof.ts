import { many, matchesPattern } from '../../../local/aws/guard/policy/document.ts';
import type { RecordedCall } from '../../../local/aws/guard/record.ts';
import type { AccountRecord } from '../../../local/stack/record.ts';
import { type Account, ofType } from './account.ts';
import { type Role, rolesOf } from './policies.ts';
import { simulate, simulateOther } from './simulate.ts';

/** One action on one resource that a statement allows; of a table, on one partition. */
type Permission = { role: Role; action: string; resource: string; partition?: string };

const leadingKeys = 'dynamodb:LeadingKeys';
const operators = ['ForAllValues:StringEquals', 'ForAllValues:StringLike'];

/** Everything that a role's statements allow, piece by piece. */
export const permissionsOf = (role: Role): Permission[] =>
  role.statements
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap(({ Action, Resource, Condition }) => {
      const partitions = operators.flatMap((operator) => many(Condition?.[operator]?.[leadingKeys]).map(String));
      const pieces = many(Action).flatMap((action) => many(Resource).map((resource) => ({ role, action, resource })));
      if (partitions.length === 0) return pieces;
      return pieces.flatMap((piece) => partitions.map((partition) => ({ ...piece, partition })));
    });

const describe = ({ role, action, resource, partition }: Permission): string =>
  `${role.owner} may ${action} on ${resource}${partition === undefined ? '' : ` (${partition})`}`;

const isUseOf = (call: RecordedCall, { role, action, resource, partition }: Permission): boolean =>
  call.allowed &&
  call.roleArn === role.arn &&
  call.action === action &&
  matchesPattern(resource, call.resource) &&
  (partition === undefined ||
    many(call.context[leadingKeys.toLowerCase()]).some((key) => matchesPattern(partition, key)));

/** What Lambda does in a function's name, and the player of the template doesn't. */
const byLambda: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'Lambda writes the log',
  'logs:PutLogEvents': 'Lambda writes the log',
  'ec2:CreateNetworkInterface': 'Lambda puts the function into its VPC',
  'ec2:DescribeNetworkInterfaces': 'Lambda puts the function into its VPC',
  'ec2:DescribeSubnets': 'Lambda puts the function into its VPC',
  'ec2:DeleteNetworkInterface': 'Lambda puts the function into its VPC',
  'ec2:AssignPrivateIpAddresses': 'Lambda puts the function into its VPC',
  'ec2:UnassignPrivateIpAddresses': 'Lambda puts the function into its VPC',
  'sqs:GetQueueAttributes': 'Lambda asks when it begins to poll a queue',
  'dynamodb:ListStreams': 'Lambda asks when it begins to read a stream',
};

/** Why a permission is needed that no call of ours will ever use; undefined for all others. */
export function useByService(account: Account, { role, action, resource }: Permission): string | undefined {
  const isFailure = action === 'sqs:SendMessage' && failureDestinations(account, role).includes(resource);
  return isFailure ? 'AWS sets aside what it could not bring' : byLambda[action];
}

type Mapping = { FunctionName: string; DestinationConfig?: { OnFailure?: { Destination?: string } } };
type Target = { RoleArn: string; DeadLetterConfig?: { Arn?: string } };

/** Of the streams that the role's function follows, and the schedules that have the role. */
function failureDestinations(account: Account, role: Role): (string | undefined)[] {
  const fn = ofType(account, 'AWS::Lambda::Function').find(({ arn }) => arn === role.functionArn);
  const mappings = ofType(account, 'AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => properties as Mapping)
    .filter(({ FunctionName }) => fn !== undefined && [fn.ref, fn.arn].includes(FunctionName));
  const targets = ofType(account, 'AWS::Scheduler::Schedule')
    .map(({ properties }) => properties.Target as Target)
    .filter(({ RoleArn }) => RoleArn === role.arn);
  return [
    ...mappings.map(({ DestinationConfig }) => DestinationConfig?.OnFailure?.Destination),
    ...targets.map(({ DeadLetterConfig }) => DeadLetterConfig?.Arn),
  ];
}

/** What nobody used, though somebody of ours would have to. */
export const unused = (record: AccountRecord): string[] =>
  rolesOf(record)
    .flatMap(permissionsOf)
    .filter((permission) => useByService(record, permission) === undefined)
    .filter((permission) => !record.calls.some((call) => isUseOf(call, permission)))
    .map((permission) => `${describe(permission)}, but never did: remove the grant in infra/, or play it`);

/** What is listed as Lambda's, and a function's own code did. */
export const usedByOwnCode = (record: AccountRecord): string[] =>
  rolesOf(record)
    .flatMap(permissionsOf)
    .filter((permission) => useByService(record, permission) !== undefined)
    .filter((permission) => record.calls.some((call) => call.byOwnCode && isUseOf(call, permission)))
    .map((permission) => `${describe(permission)} is listed as Lambda's own, but the function's code did it`);

const line = ({ caller, action, resource, context }: RecordedCall) =>
  `${caller}: ${action} on ${resource} ${JSON.stringify(context)}`;

/** Calls of which the guard and the simulator have different opinions. */
export async function disputed(record: AccountRecord): Promise<string[]> {
  const roles = new Map(rolesOf(record).map((role) => [role.arn, role]));
  const disputes: string[] = [];
  for (const call of record.calls) {
    const role = roles.get(call.roleArn ?? '');
    const simulated = await (role ? simulate(record, role, call) : simulateOther(record, call.caller, call));
    if (simulated !== call.allowed)
      disputes.push(`${line(call)}: the guard ${call.allowed ? 'allowed' : 'refused'} it, the simulator did not`);
  }
  return disputes;
}

/** Calls that were refused, but for those of a caller who had to be. */
export const refused = ({ calls }: AccountRecord, but?: string): string[] =>
  calls.filter(({ allowed, caller }) => !allowed && caller !== but).map((call) => `${line(call)} ${call.reason}`);
