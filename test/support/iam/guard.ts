import { judgeOne } from '../../../local/aws/guard/authorize.ts';
import { type Caller, createWorld, type World } from '../../../local/aws/guard/world.ts';
import { type Account, ofType } from './account.ts';
import { type Role, resourcePoliciesOf, rolesOf } from './policies.ts';
import type { Ask } from './simulate.ts';

/** The local stack's own judge, with the policies of a template. */
export function createGuardJudge(account: Account): (role: Role, ask: Ask) => boolean {
  const world = createWorld(account.accountId, account.region);
  for (const { arn, id, trust, statements } of rolesOf(account))
    world.roles.set(arn, { name: id, arn, trust, policies: new Map([['all', { Statement: statements }]]) });
  for (const { on, document } of resourcePoliciesOf(account))
    world.resourcePolicies.set(on, [...(world.resourcePolicies.get(on) ?? []), document]);
  for (const { arn } of ofType(account, 'AWS::DynamoDB::GlobalTable')) world.partitionKeys.set(arn, 'pk');
  return (role, ask) => judgeOne(withEndpoints(world, role), callerOf(account, role, ask), inLowerCase(ask)).allowed;
}

/** The guard knows one VPC; here there may be several. */
const withEndpoints = (world: World, { endpoints = {} }: Role): World => ({
  ...world,
  endpointPolicies: new Map(Object.entries(endpoints)),
});

function callerOf({ accountId }: Account, role: Role, { byOwnCode = true }: Ask): Caller {
  return {
    credentials: { accessKeyId: '', secretAccessKey: '' },
    principal: { kind: 'session', arn: `${role.arn}/session`, roleArn: role.arn, accountId },
    name: role.id,
    inVpc: byOwnCode && Object.keys(role.endpoints ?? {}).length > 0,
    sourceFunctionArn: byOwnCode ? role.functionArn : undefined,
  };
}

const inLowerCase = ({ action, resource, context = {} }: Ask) => ({
  ...{ action, resource },
  context: Object.fromEntries(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value])),
});
