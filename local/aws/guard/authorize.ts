import type { Operation, Permission } from './operations/operation.ts';
import type { RequestContext } from './policy/conditions.ts';
import { type Decision, decide, type PoliciesInForce, type Principal } from './policy/decide.ts';
import type { Caller, World } from './world.ts';

/** What became of one permission that a call needed. */
export type Judgement = { permission: Permission; decision: Decision };

/**
 * The uses of a customer's own key that come with a call: AWS makes them in the caller's name.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
const keyUses: Readonly<Record<string, readonly string[]>> = {
  'sqs:SendMessage': ['kms:GenerateDataKey', 'kms:Decrypt'],
  'sqs:ReceiveMessage': ['kms:Decrypt'],
  'sns:Publish': ['kms:GenerateDataKey', 'kms:Decrypt'],
  's3:GetObject': ['kms:Decrypt'],
  's3:PutObject': ['kms:GenerateDataKey'],
  'secretsmanager:GetSecretValue': ['kms:Decrypt'],
  'secretsmanager:PutSecretValue': ['kms:GenerateDataKey', 'kms:Decrypt'],
};

function impliedPermissions(world: World, { action, resource }: Permission): Permission[] {
  const owner = action.startsWith('s3:') ? (resource.split('/')[0] ?? '') : resource;
  const key = world.encryptionKeys.get(
    action.startsWith('dynamodb:') ? owner.replace(/\/(index|stream)\/.*/, '') : owner,
  );
  if (key === undefined) return [];
  const uses = action.startsWith('dynamodb:') ? ['kms:Decrypt'] : (keyUses[action] ?? []);
  const service = action.split(':')[0];
  const context = {
    'kms:viaservice': `${service}.${world.region}.amazonaws.com`,
    'kms:calleraccount': world.accountId,
    ...encryptionContext(service ?? '', owner),
  };
  return uses.map((use) => ({ action: use, resource: key, context }));
}

/** What the service names to KMS as the thing that it opens. Of a bucket it is the bucket: it has a bucket key. */
function encryptionContext(service: string, owner: string): Record<string, string> {
  const named: Record<string, [string, string]> = {
    sqs: ['aws:sqs:arn', owner],
    sns: ['aws:sns:topicarn', owner],
    s3: ['aws:s3:arn', owner],
    dynamodb: ['aws:dynamodb:tablename', owner.split('/')[1] ?? ''],
    secretsmanager: ['secretarn', owner],
  };
  const [key, value] = named[service] ?? [];
  return key === undefined ? {} : { [`kms:encryptioncontext:${key}`]: value ?? '' };
}

type Asking = { principal: Principal; inVpc: boolean; sourceFunctionArn?: string | undefined };

/** The keys that every request has. The way to AWS is TLS; that the local one is not, says nothing about it. */
function globalContext(world: World, { principal, inVpc, sourceFunctionArn }: Asking): RequestContext {
  const now = new Date();
  const context: Record<string, string> = {
    'aws:securetransport': 'true',
    'aws:requestedregion': world.region,
    'aws:resourceaccount': world.accountId,
    'aws:currenttime': now.toISOString(),
    'aws:epochtime': String(Math.floor(now.getTime() / 1000)),
    'aws:principalisawsservice': String(principal.kind === 'service'),
    'aws:viaawsservice': 'false',
  };
  if (!inVpc) context['aws:sourceip'] = '127.0.0.1';
  if (sourceFunctionArn !== undefined) context['lambda:sourcefunctionarn'] = sourceFunctionArn;
  if (principal.kind === 'session') context['aws:principalarn'] = principal.roleArn;
  if (principal.kind === 'user') context['aws:principalarn'] = principal.arn;
  if (principal.kind === 'session' || principal.kind === 'user') context['aws:principalaccount'] = world.accountId;
  return context;
}

/** A key's policy and a role's trust policy must let the account's own policies count; others needn't speak at all. */
const mustDelegate = (action: string): boolean => action.startsWith('kms:') || action === 'sts:AssumeRole';

function resourcePolicies(world: World, { action, resource }: Permission) {
  if (action === 'sts:AssumeRole') return [world.roles.get(resource)?.trust].filter((policy) => policy !== undefined);
  const owner = action.startsWith('s3:') ? (resource.split('/')[0] ?? '') : resource;
  return world.resourcePolicies.get(owner) ?? [];
}

function policiesFor(world: World, caller: Caller, permission: Permission): PoliciesInForce {
  const service = permission.action.split(':')[0] ?? '';
  const role = caller.principal.kind === 'session' ? world.roles.get(caller.principal.roleArn) : undefined;
  return {
    identity: [...(role?.policies.values() ?? [])],
    resource: resourcePolicies(world, permission),
    ...(caller.inVpc && service !== 'kms' && { endpoint: world.endpointPolicies.get(service) ?? [] }),
    resourceMustDelegate: mustDelegate(permission.action),
  };
}

/** Judges every permission that the operation needs, those that come with an encrypted resource included. */
export function judge(world: World, caller: Caller, { permissions }: Operation): Judgement[] {
  const all = permissions.flatMap((permission) => [permission, ...impliedPermissions(world, permission)]);
  return all.map((permission) => ({ permission, decision: judgeOne(world, caller, permission) }));
}

/** Whether this caller has this one permission. */
export function judgeOne(world: World, caller: Caller, permission: Permission): Decision {
  if (caller.principal.kind === 'user') return { allowed: true };
  const service = permission.action.split(':')[0] ?? '';
  if (caller.inVpc && service !== 'kms' && !world.endpointPolicies.has(service)) {
    return {
      allowed: false,
      reason: `because the function's VPC has no endpoint for ${service} and no way to the internet`,
    };
  }
  const context = { ...globalContext(world, caller), ...permission.context };
  return decide({ ...permission, principal: caller.principal, context }, policiesFor(world, caller, permission));
}

/**
 * Whether a service of AWS may act on a resource by the resource's own policy: EventBridge and SNS on a queue, Lambda
 * on a role. It is recorded: nobody asks without acting.
 */
export function judgeService(world: World, service: string, permission: Permission): Decision {
  const principal: Principal = { kind: 'service', service };
  const context = {
    ...globalContext(world, { principal, inVpc: false }),
    'aws:sourceaccount': world.accountId,
    ...permission.context,
  };
  const decisions = [permission, ...impliedPermissions(world, permission)].map((need) => {
    const request = { ...need, principal, context: { ...context, ...need.context } };
    const decision = decide(request, { identity: [], resource: resourcePolicies(world, need) });
    world.record.add({ name: service }, need, decision);
    return decision;
  });
  return decisions.find((decision) => !decision.allowed) ?? { allowed: true };
}

/** A list's first denial, for the answer. */
export function firstDenial(judgements: readonly Judgement[]): Judgement | undefined {
  return judgements.find(({ decision }) => !decision.allowed);
}
