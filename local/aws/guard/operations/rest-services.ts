import { arnOf, type World } from '../world.ts';
import type { Operation, Permission } from './operation.ts';

type Route = {
  service: string;
  name: string;
  method: string;
  path: RegExp;
  permission(world: World, match: Record<string, string>): Permission;
};

function functionArn(world: World, name: string): string {
  return name.startsWith('arn:') ? name : arnOf(world, 'lambda', `function:${name}`);
}

const routes: readonly Route[] = [
  {
    service: 'lambda',
    name: 'Invoke',
    method: 'POST',
    path: /^\/2015-03-31\/functions\/(?<name>[^/]+)\/invocations$/,
    permission: (world, { name = '' }) => ({ action: 'lambda:InvokeFunction', resource: functionArn(world, name) }),
  },
  {
    service: 'eks',
    name: 'DescribeCluster',
    method: 'GET',
    path: /^\/clusters\/(?<name>[^/]+)$/,
    permission: (world, { name = '' }) => ({
      action: 'eks:DescribeCluster',
      resource: arnOf(world, 'eks', `cluster/${name}`),
    }),
  },
];

/** The operation that method and path stand for, of the services that are plain REST. */
export function readRest(service: string, method: string, path: string, world: World): Operation | undefined {
  for (const route of routes) {
    const groups = route.service === service && route.method === method ? route.path.exec(path)?.groups : undefined;
    if (groups === undefined) continue;
    const parameters = Object.fromEntries(
      Object.entries(groups).map(([key, value]) => [key, decodeURIComponent(value)]),
    );
    return {
      service,
      name: route.name,
      protocol: 'rest-json',
      parameters,
      permissions: [route.permission(world, parameters)],
      judgedByEmulator: false,
    };
  }
  return undefined;
}
