import { z } from 'zod';
import type { KubernetesObject } from '../manifests/object.ts';
import type { Resource } from './resource.ts';

const definitionSchema = z.object({
  spec: z.object({
    group: z.string(),
    scope: z.string(),
    names: z.object({ kind: z.string(), plural: z.string() }),
    versions: z.array(z.object({ name: z.string(), served: z.boolean().default(true) })),
  }),
});

/** The kinds that the CustomResourceDefinitions among `objects` will serve once they are established. */
export function definedResources(objects: readonly KubernetesObject[]): Resource[] {
  return objects.filter(isDefinition).flatMap((object) => {
    const { data } = definitionSchema.safeParse(object);
    return data === undefined ? [] : resourcesOf(data.spec);
  });
}

export const isDefinition = ({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>) =>
  kind === 'CustomResourceDefinition' && apiVersion.startsWith('apiextensions.k8s.io/');

function resourcesOf({ group, scope, names, versions }: z.output<typeof definitionSchema>['spec']): Resource[] {
  return versions
    .filter(({ served }) => served)
    .map(({ name }) => ({
      group,
      version: name,
      kind: names.kind,
      plural: names.plural,
      namespaced: scope === 'Namespaced',
      verbs: ['get', 'list', 'patch', 'create', 'delete'],
    }));
}
