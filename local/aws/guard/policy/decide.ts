import { conditionsHold, type RequestContext, substitute } from './conditions.ts';
import { many, matchesPattern, type PolicyDocument, type PrincipalElement, type Statement } from './document.ts';

/** Who asks: a role's session or a user by ARN, or a service of AWS itself. */
export type Principal =
  | { kind: 'session'; arn: string; roleArn: string; accountId: string }
  | { kind: 'user'; arn: string; accountId: string }
  | { kind: 'service'; service: string }
  | { kind: 'anybody' };

/** One permission that a call needs. */
export type PermissionRequest = { principal: Principal; action: string; resource: string; context: RequestContext };

/** The policies that have a say. A missing list of identity policies allows nothing. */
export type PoliciesInForce = {
  identity: readonly PolicyDocument[];
  /** Of the resource itself: a queue's, a bucket's, a key's, a role's trust policy. */
  resource: readonly PolicyDocument[];
  /** Of the VPC endpoint that the call goes through: it must allow, too. */
  endpoint?: readonly PolicyDocument[];
  /** Of the resource kinds whose own policy must name the account before an identity policy counts (keys, roles). */
  resourceMustDelegate?: boolean;
};

export type Decision = { allowed: true } | { allowed: false; reason: string };

/**
 * AWS's evaluation within one account: an explicit Deny anywhere wins; then the endpoint's policy must allow; then
 * either the identity's policies allow, or the resource's policy names the caller.
 *
 * Not evaluated, because no template of this project has them: service control policies, permission boundaries,
 * session policies, and principals of other accounts.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 */
export function decide(request: PermissionRequest, policies: PoliciesInForce): Decision {
  const { identity, resource, endpoint } = policies;
  const denial = [...identity, ...resource, ...(endpoint ?? [])].some((policy) => effectOf(policy, request) === 'Deny');
  if (denial) return { allowed: false, reason: 'with an explicit deny' };
  if (endpoint && !endpoint.some((policy) => effectOf(policy, request) === 'Allow')) {
    return { allowed: false, reason: 'because no VPC endpoint policy allows the action' };
  }
  if (resource.some((policy) => grantsDirectly(policy, request))) return { allowed: true };
  const delegated = !policies.resourceMustDelegate || resource.some((policy) => effectOf(policy, request) === 'Allow');
  if (delegated && identity.some((policy) => effectOf(policy, request) === 'Allow')) return { allowed: true };
  const kind = request.principal.kind === 'service' || !delegated ? 'resource-based' : 'identity-based';
  return { allowed: false, reason: `because no ${kind} policy allows the action` };
}

function effectOf(policy: PolicyDocument, request: PermissionRequest): 'Allow' | 'Deny' | undefined {
  const effects = many(policy.Statement)
    .filter((statement) => applies(statement, request))
    .map((statement) => statement.Effect);
  return effects.includes('Deny') ? 'Deny' : effects[0];
}

/** A resource's policy that names the caller grants by itself; one that names its account only lets its policies grant. */
function grantsDirectly(policy: PolicyDocument, request: PermissionRequest): boolean {
  return many(policy.Statement).some(
    (statement) =>
      statement.Effect === 'Allow' &&
      applies(statement, request) &&
      !namesAccountOnly(statement.Principal, request.principal),
  );
}

function namesAccountOnly(element: PrincipalElement | undefined, principal: Principal): boolean {
  if (element === undefined || element === '*' || principal.kind === 'service' || principal.kind === 'anybody')
    return false;
  const names = many(element.AWS);
  return !names.some((name) => name === '*' || namesOf(principal).includes(name));
}

function applies(statement: Statement, request: PermissionRequest): boolean {
  return (
    concernsPrincipal(statement, request.principal) &&
    concernsAction(statement, request.action) &&
    concernsResource(statement, request) &&
    conditionsHold(statement.Condition, request.context)
  );
}

function concernsPrincipal({ Principal: element, NotPrincipal: excluded }: Statement, principal: Principal): boolean {
  if (excluded !== undefined) return !matchesPrincipal(excluded, principal);
  return element === undefined || matchesPrincipal(element, principal);
}

function matchesPrincipal(element: PrincipalElement, principal: Principal): boolean {
  if (element === '*') return true;
  if (principal.kind === 'service')
    return many(element.Service).includes(principal.service) || many(element.AWS).includes('*');
  const names = many(element.AWS);
  if (names.includes('*')) return true;
  if (principal.kind === 'anybody') return false;
  const account = [principal.accountId, `arn:aws:iam::${principal.accountId}:root`];
  return names.some((name) => namesOf(principal).includes(name) || account.includes(name));
}

function namesOf(principal: Principal): string[] {
  if (principal.kind === 'session') return [principal.arn, principal.roleArn];
  return principal.kind === 'user' ? [principal.arn] : [];
}

/** Actions are compared without regard to case. */
function concernsAction({ Action, NotAction }: Statement, action: string): boolean {
  const matches = (patterns: readonly string[]) =>
    patterns.some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()));
  return NotAction === undefined ? matches(many(Action)) : !matches(many(NotAction));
}

/** A trust policy has no Resource: it speaks of its role. */
function concernsResource({ Resource, NotResource }: Statement, { resource, context }: PermissionRequest): boolean {
  const matches = (patterns: readonly string[]) =>
    patterns.some((pattern) => {
      const text = substitute(pattern, context);
      return text !== undefined && matchesPattern(text, resource);
    });
  if (NotResource !== undefined) return !matches(many(NotResource));
  return Resource === undefined || matches(many(Resource));
}
