import type { Principal } from './policy/decide.ts';
import type { PolicyDocument } from './policy/document.ts';
import { type CallRecord, createCallRecord } from './record.ts';
import type { Credentials } from './signature.ts';

/** A role of the template, with the texts of all its policies. */
export type Role = { name: string; arn: string; trust: PolicyDocument; policies: Map<string, PolicyDocument> };

/** Somebody whose secret the account knows. */
export type Caller = {
  credentials: Credentials;
  principal: Principal & { kind: 'session' | 'user' };
  /** What its calls are recorded under: the function's name, else the session's or the user's. */
  name: string;
  /** It has no network but the template's VPC endpoints. */
  inVpc: boolean;
  /** The function whose own code calls. Undefined for Lambda itself, which polls queues and streams with the function's role. */
  sourceFunctionArn?: string | undefined;
};

/** What the guard knows of the account's resources. The player fills it in while it creates them. */
export type World = {
  accountId: string;
  region: string;
  /** By ARN. */
  roles: Map<string, Role>;
  /** By access key id. */
  callers: Map<string, Caller>;
  /** By the ARN of what they are attached to: queue, bucket, topic, key, function, secret, event bus. */
  resourcePolicies: Map<string, PolicyDocument[]>;
  /** The customer's own KMS key of a queue, bucket, topic, table or secret, by ARN. */
  encryptionKeys: Map<string, string>;
  /** `alias/…` to the key's ARN. */
  keyAliases: Map<string, string>;
  /** A secret's name to its ARN, which ends in six characters that nobody chose. */
  secrets: Map<string, string>;
  /** A table's partition key, by ARN. */
  partitionKeys: Map<string, string>;
  /** The policies of the VPC endpoints, by the service they lead to (`s3`, `dynamodb`, …). */
  endpointPolicies: Map<string, PolicyDocument[]>;
  /** What was called so far. */
  record: CallRecord;
};

export function createWorld(accountId: string, region: string): World {
  return {
    accountId,
    region,
    roles: new Map(),
    callers: new Map(),
    resourcePolicies: new Map(),
    encryptionKeys: new Map(),
    keyAliases: new Map(),
    secrets: new Map(),
    partitionKeys: new Map(),
    endpointPolicies: new Map(),
    record: createCallRecord(),
  };
}

/** `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE` in the world's region and account. */
export function arnOf({ accountId, region }: World, service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}

/** Adds a policy to what the resource has. */
export function attachPolicy({ resourcePolicies }: World, arn: string, policy: PolicyDocument): void {
  resourcePolicies.set(arn, [...(resourcePolicies.get(arn) ?? []), policy]);
}
