import type { World } from '../guard/world.ts';
import type { SynthesizedStack, Template } from './assembly.ts';
import { conditionHolds, type ResolvedResource, resolve, type Scope, TemplateError } from './intrinsics.ts';
import { dependenciesOf, type Resources, refuseCircles, type TemplateResource } from './references.ts';
import type { Creation, Properties } from './resources/creator.ts';
import { creators } from './resources/index.ts';
import { madeUp } from './resources/recorded.ts';

/** A resource whose type the player doesn't know. */
export type Unplayed = { logicalId: string; type: string; path: string };

/** A resource as it was created: for whoever wants to know which policy it has, with the names of this account. */
export type DescribedResource = { type: string; properties: Properties; ref: string; arn?: unknown };

/** A stack whose resources exist. */
export type CreatedStack = {
  /** What `Ref` and `Fn::GetAtt` lead to, by logical id. */
  resources: ReadonlyMap<string, ResolvedResource>;
  outputs: Readonly<Record<string, string>>;
  unplayed: readonly Unplayed[];
  /** By logical id. */
  described(): Record<string, DescribedResource>;
};

/** What creations have in common. */
export type Environment = Omit<Creation, 'stackName' | 'logicalId' | 'type' | 'assets'>;

/**
 * Creates the resources of a stack, each as soon as those are there that it refers to or depends on.
 *
 * @throws TemplateError with the logical id of what can't be created.
 */
export async function createStack(stack: SynthesizedStack, environment: Environment): Promise<CreatedStack> {
  const { template } = stack;
  const resources = new Map<string, ResolvedResource>();
  const scope = scopeOf(stack, environment.world, resources);
  const present = presentResources(template, scope);
  refuseCircles(present);
  const unplayed: Unplayed[] = [];
  const started = new Map<string, Promise<void>>();
  const create = (logicalId: string): Promise<void> => {
    const running = started.get(logicalId) ?? createAfterDependencies(logicalId);
    started.set(logicalId, running);
    return running;
  };
  const createAfterDependencies = async (logicalId: string): Promise<void> => {
    const resource = present[logicalId] as TemplateResource;
    await Promise.all(dependenciesOf(resource, present).map(create));
    const creation: Creation = {
      ...environment,
      stackName: stack.name,
      assets: stack.assets,
      logicalId,
      type: resource.Type,
    };
    if (!(resource.Type in creators))
      unplayed.push({ logicalId, type: resource.Type, path: pathOf(resource, logicalId) });
    resources.set(logicalId, await createOne(resource, creation, scope));
  };
  await Promise.all(Object.keys(present).map(create));
  const described = () =>
    Object.fromEntries(
      [...resources].map(([id, resolved]) => [id, describeResource(present[id] as TemplateResource, resolved, scope)]),
    );
  return { resources, outputs: outputsOf(template, scope), unplayed, described };
}

function pathOf({ Metadata }: TemplateResource, logicalId: string): string {
  return String(Metadata?.['aws:cdk:path'] ?? logicalId);
}

async function createOne(resource: TemplateResource, creation: Creation, scope: Scope): Promise<ResolvedResource> {
  const creator = creators[resource.Type];
  if (creator === undefined) return madeUp(`unplayed-${creation.logicalId}`, creation);
  try {
    return await creator((resolve(resource.Properties ?? {}, scope) ?? {}) as Properties, creation);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TemplateError(`${creation.stackName}/${creation.logicalId} (${resource.Type}): ${reason}`, { cause });
  }
}

function describeResource({ Type, Properties }: TemplateResource, { ref, attributes }: ResolvedResource, scope: Scope) {
  return { type: Type, properties: resolve(Properties ?? {}, scope) as Properties, ref, arn: attributes.Arn };
}

function presentResources({ Resources: all }: Template, scope: Scope): Resources {
  const present = Object.entries(all).filter(
    ([, { Condition }]) => Condition === undefined || conditionHolds(Condition, scope),
  );
  return Object.fromEntries(present);
}

function scopeOf({ name, template }: SynthesizedStack, world: World, resources: Map<string, ResolvedResource>): Scope {
  const { accountId, region } = world;
  const parameters = Object.entries(template.Parameters ?? {}).map(([key, { Default }]) => [key, Default ?? '']);
  return {
    pseudo: {
      'AWS::AccountId': accountId,
      'AWS::Region': region,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': name,
      'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/00000000-0000-4000-8000-000000000000`,
    },
    parameters: Object.fromEntries(parameters),
    mappings: template.Mappings ?? {},
    conditions: template.Conditions ?? {},
    resource: (logicalId) => resources.get(logicalId),
  };
}

function outputsOf({ Outputs = {} }: Template, scope: Scope): Record<string, string> {
  const present = Object.entries(Outputs).filter(
    ([, { Condition }]) => Condition === undefined || conditionHolds(Condition, scope),
  );
  return Object.fromEntries(present.map(([key, { Value }]) => [key, String(resolve(Value, scope))]));
}
