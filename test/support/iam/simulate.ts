import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { RequestContext } from '../../../local/aws/guard/policy/conditions.ts';
import type { Account } from './account.ts';
import { policyOn, type Role } from './policies.ts';

/** What somebody wants to do. */
export type Ask = {
  action: string;
  /** ARN, or `*` where the action takes none. */
  resource: string;
  /** Condition keys that are the call's own. */
  context?: RequestContext;
  /** The function itself asks, not Lambda in its name. Default: true. */
  byOwnCode?: boolean;
};

/** Keys that every request has. */
const everywhere = { 'aws:SecureTransport': 'true', 'aws:ViaAWSService': 'false' };

const contextOf = (
  { accountId, region }: Account,
  context: RequestContext = {},
): Record<string, string | string[]> => ({
  ...everywhere,
  ...{ 'aws:RequestedRegion': region, 'aws:ResourceAccount': accountId },
  ...(context as Record<string, string | string[]>),
});

/**
 * Whether AWS would let a role do it, by its own policies, the resource's, and those of its VPC's endpoints: judged by a simulator that
 * somebody else wrote. A function in a VPC reaches no service to which the VPC has no endpoint.
 *
 * @throws Error where the simulator refuses to judge: an action that doesn't exist, or that doesn't take such a resource
 * @see https://github.com/cloud-copilot/iam-simulate
 */
export function simulate(account: Account, role: Role, ask: Ask): Promise<boolean> {
  const { functionArn = '', endpoints = {} } = role;
  const own = ask.byOwnCode !== false && role.functionArn !== undefined;
  const isShutIn = own && Object.keys(endpoints).length > 0;
  const endpoint = isShutIn ? endpoints[ask.action.split(':')[0] ?? ''] : [];
  if (endpoint === undefined) return Promise.resolve(false);
  const [name] = role.arn.split('/').slice(-1);
  return run(account, ask, {
    principal: `arn:aws:sts::${account.accountId}:assumed-role/${name}/session`,
    context: {
      'aws:PrincipalAccount': account.accountId,
      'aws:PrincipalArn': role.arn,
      ...(own && { 'lambda:SourceFunctionArn': functionArn }),
    },
    identity: [{ name: role.id, policy: { Version: '2012-10-17', Statement: role.statements } }],
    endpoint: endpoint.map((policy, index) => ({ name: `endpoint ${index}`, policy })),
  });
}

/** Whether a resource's own policy lets a service of AWS in, or another account's principal. */
export const simulateOther = (account: Account, principal: string, ask: Ask): Promise<boolean> =>
  run(account, ask, { principal, context: { 'aws:SourceAccount': account.accountId }, identity: [], endpoint: [] });

type Named = { name: string; policy: unknown };
type Who = { principal: string; context: RequestContext; identity: Named[]; endpoint: Named[] };

async function run(account: Account, ask: Ask, who: Who): Promise<boolean> {
  const resourcePolicy = policyOn(account, ask.resource);
  const result = await runSimulation(
    {
      request: {
        principal: who.principal,
        action: ask.action,
        resource: { resource: ask.resource, accountId: account.accountId },
        contextVariables: contextOf(account, { ...who.context, ...ask.context }),
      },
      identityPolicies: who.identity,
      ...{ serviceControlPolicies: [], resourceControlPolicies: [] },
      ...(resourcePolicy && { resourcePolicy }),
      ...(who.endpoint.length > 0 && { vpcEndpointPolicies: who.endpoint }),
    },
    {},
  );
  if (result.resultType === 'error')
    throw new Error(`${ask.action} on ${ask.resource} can't be simulated: ${JSON.stringify(result.errors)}`);
  return result.overallResult === 'Allowed';
}
