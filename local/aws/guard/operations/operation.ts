import type { RequestContext } from '../policy/conditions.ts';
import type { World } from '../world.ts';

/** One permission that a call needs; a batch or a transaction needs several. */
export type Permission = { action: string; resource: string; context?: RequestContext };

/** How a service talks: it decides how its errors look. */
export type Protocol = 'json' | 'query' | 'rest-json' | 's3';

/** What a request asks for. */
export type Operation = {
  service: string;
  /** The API's name of the operation, such as `SendMessageBatch`. */
  name: string;
  protocol: Protocol;
  /** The parameters of its body, path and form. */
  parameters: Parameters;
  permissions: readonly Permission[];
  /**
   * The emulator itself judges this operation by action and resource, so it is handed on under the caller's own
   * signature and judged a second time. For all other operations moto compares the policy with the resource `*`
   * (it would refuse what is allowed), so they are handed on under the administrator's.
   */
  judgedByEmulator: boolean;
};

export type Parameters = Readonly<Record<string, unknown>>;

/**
 * Tells which permissions an operation of one service needs. Undefined: not known, and therefore refused.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export type PermissionReader = (
  operation: string,
  parameters: Parameters,
  world: World,
) => readonly Permission[] | undefined;

export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function records(value: unknown): Parameters[] {
  return Array.isArray(value) ? (value as Parameters[]) : [];
}
