import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { type PolicyDocument, parsePolicy } from '../../guard/policy/document.ts';
import type { Role } from '../../guard/world.ts';
import { TemplateError } from '../intrinsics.ts';
import { type Creation, type Creator, physicalName } from './creator.ts';
import { awsManagedPolicy } from './managed-policies.ts';

type NamedPolicy = { PolicyName: string; PolicyDocument: unknown };

/**
 * In the emulator the role trusts the player, which assumes it in the name of Lambda or Scheduler (moto fails on trust
 * policies that name a service). The guard keeps the template's own trust policy and judges by it.
 */
function trustInPlayer({ world }: Creation): string {
  const Principal = { AWS: `arn:aws:iam::${world.accountId}:user/administrator` };
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
  });
}

export const createRole: Creator = async (properties, creation) => {
  const name = String(properties.RoleName ?? physicalName(creation));
  const path = String(properties.Path ?? '/');
  const command = new CreateRoleCommand({
    RoleName: name,
    Path: path,
    AssumeRolePolicyDocument: trustInPlayer(creation),
  });
  const { Role: created } = await creation.clients.iam.send(command);
  const arn = `arn:aws:iam::${creation.world.accountId}:role${path}${name}`;
  const role: Role = { name, arn, trust: parsePolicy(properties.AssumeRolePolicyDocument), policies: new Map() };
  creation.world.roles.set(arn, role);
  for (const managed of (properties.ManagedPolicyArns ?? []) as string[]) await attachManaged(creation, role, managed);
  for (const { PolicyName, PolicyDocument: document } of (properties.Policies ?? []) as NamedPolicy[]) {
    await addPolicy(creation, role, PolicyName, parsePolicy(document));
  }
  return { ref: name, attributes: { Arn: arn, RoleId: created?.RoleId ?? name } };
};

/** Both judges get the text: the emulator and the guard. */
async function addPolicy({ clients }: Creation, role: Role, name: string, document: PolicyDocument): Promise<void> {
  const PolicyName = name.replace(/[^\w+=,.@-]/g, '-').slice(-128);
  const command = { RoleName: role.name, PolicyName, PolicyDocument: JSON.stringify(document) };
  await clients.iam.send(new PutRolePolicyCommand(command));
  role.policies.set(name, document);
}

/** Managed policies of the template, by ARN. */
const managedPolicies = new WeakMap<Creation['parts'], Map<string, PolicyDocument>>();

async function attachManaged(creation: Creation, role: Role, arn: string): Promise<void> {
  const document = managedPolicies.get(creation.parts)?.get(arn) ?? awsManagedPolicy(arn);
  if (document === undefined)
    throw new TemplateError(`${role.name} has the managed policy ${arn}, whose text the player doesn't have`);
  await addPolicy(creation, role, arn, document);
}

function roleByName({ world }: Creation, name: string): Role {
  const role = [...world.roles.values()].find((candidate) => candidate.name === name);
  if (role === undefined)
    throw new TemplateError(`a policy is attached to the role ${name}, which the template doesn't have`);
  return role;
}

export const createPolicy: Creator = async ({ PolicyName, PolicyDocument: document, Roles, RoleName }, creation) => {
  const name = String(PolicyName);
  for (const role of (Roles ?? [RoleName]) as string[]) {
    await addPolicy(creation, roleByName(creation, role), name, parsePolicy(document));
  }
  return { ref: name, attributes: { Id: name } };
};

export const createManagedPolicy: Creator = async (properties, creation) => {
  const name = String(properties.ManagedPolicyName ?? physicalName(creation, 128));
  const arn = `arn:aws:iam::${creation.world.accountId}:policy${properties.Path ?? '/'}${name}`;
  const known = managedPolicies.get(creation.parts) ?? new Map<string, PolicyDocument>();
  managedPolicies.set(creation.parts, known.set(arn, parsePolicy(properties.PolicyDocument)));
  for (const role of (properties.Roles ?? []) as string[])
    await attachManaged(creation, roleByName(creation, role), arn);
  return { ref: arn, attributes: { PolicyArn: arn, Arn: arn } };
};
