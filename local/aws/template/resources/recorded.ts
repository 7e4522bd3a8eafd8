import type { PolicyDocument } from '../../guard/policy/document.ts';
import { parsePolicy } from '../../guard/policy/document.ts';
import type { World } from '../../guard/world.ts';
import type { ResolvedResource } from '../intrinsics.ts';
import { arnIn, type Creation, type Creator, physicalName, resourceId } from './creator.ts';

/** Attributes are made up when they are asked for; nothing behind them is played. */
export function madeUp(ref: string, creation: Creation): ResolvedResource {
  const service = creation.type.split('::')[1]?.toLowerCase() ?? 'local';
  const attributes = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_, name) => (String(name).endsWith('Arn') ? arnIn(creation, service, ref) : `${ref}.${String(name)}`),
    },
  );
  return { ref, attributes };
}

/**
 * Known, and not played: nothing on one machine behaves differently for it (alarms, dashboards, the parts of a network).
 *
 * @param prefix of its id; default: it has a name.
 */
export function recorded(prefix?: string): Creator {
  return async (properties, creation) => {
    const name = String(properties.AlarmName ?? properties.DashboardName ?? physicalName(creation));
    return madeUp(prefix ? resourceId(creation, prefix) : name, creation);
  };
}

/** Nobody reads it but people: the functions' lines are kept by the pool. Policies name its ARN, which ends in `:*`. */
export const createLogGroup: Creator = async ({ LogGroupName }, creation) => {
  const name = String(LogGroupName ?? physicalName(creation));
  return { ref: name, attributes: { Arn: arnIn(creation, 'logs', `log-group:${name}:*`) } };
};

const allowEverything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
};

/** Ways out of the VPC that somebody else has made, and that let everything through. */
export function openEndpoints({ endpointPolicies }: World, services: readonly string[]): void {
  for (const service of services) endpointPolicies.set(service, [allowEverything]);
}

/** The way of a function in a VPC to a service of AWS, with the policy of that way. */
export const createVpcEndpoint: Creator = async ({ ServiceName, PolicyDocument: document }, creation) => {
  const service = String(ServiceName).split('.').at(-1) ?? '';
  const { endpointPolicies } = creation.world;
  const policy = document === undefined ? allowEverything : parsePolicy(document);
  endpointPolicies.set(service, [...(endpointPolicies.get(service) ?? []), policy]);
  return madeUp(resourceId(creation, 'vpce'), creation);
};
