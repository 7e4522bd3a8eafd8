import { createHash } from 'node:crypto';
import type { Clients } from '../../clients.ts';
import { arnOf, type World } from '../../guard/world.ts';
import type { ResolvedResource } from '../intrinsics.ts';
import type { Parts } from '../parts.ts';

export type Properties = Readonly<Record<string, unknown>>;

/** What a resource's creation needs. */
export type Creation = {
  stackName: string;
  logicalId: string;
  type: string;
  world: World;
  /** The administrator's. */
  clients: Clients;
  parts: Parts;
  /** Path of a file asset by its hash. */
  assets: Readonly<Record<string, string>>;
  /** Folder for files that live as long as the account. */
  folder: string;
  /** Opens the HTTP endpoint of a function. */
  openUrl(functionArn: string, auth: 'NONE' | 'AWS_IAM'): Promise<string>;
};

/** Creates one resource with its resolved properties. */
export type Creator = (properties: Properties, creation: Creation) => Promise<ResolvedResource>;

function suffixOf({ stackName, logicalId }: Creation): string {
  return createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 12);
}

/**
 * The name that CloudFormation would make up, but the same at every start: `STACK-LOGICALID-SUFFIX`.
 *
 * @param limit characters that the service allows.
 */
export function physicalName(creation: Creation, limit = 64): string {
  const base = `${creation.stackName}-${creation.logicalId}`.slice(0, limit - 13);
  return `${base}-${suffixOf(creation)}`;
}

/** An id as EC2 makes them: `vpce-0123456789ab`. */
export function resourceId(creation: Creation, prefix: string): string {
  return `${prefix}-0${suffixOf(creation)}`;
}

export function arnIn({ world }: Creation, service: string, resource: string): string {
  return arnOf(world, service, resource);
}

/** Numbers may be written as text in a template. */
export function number(value: unknown, fallback: number): number {
  return value === undefined ? fallback : Number(value);
}
