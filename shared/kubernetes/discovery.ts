import { z } from 'zod';
import { apiVersionOf, type Resource } from './resource.ts';

/**
 * Aggregated discovery: everything that a cluster serves in two answers (`/api` and `/apis`).
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
export const discoveryAccept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const resourceSchema = z.object({
  resource: z.string(),
  responseKind: z.object({ group: z.string().optional(), kind: z.string() }).nullish(),
  scope: z.string(),
  verbs: z.array(z.string()).nullish(),
});

const groupSchema = z.object({
  metadata: z.object({ name: z.string().optional() }).optional(),
  versions: z.array(
    z.object({
      version: z.string(),
      resources: z.array(resourceSchema).nullish(),
      freshness: z.string().optional(),
    }),
  ),
});

export const discoveryListSchema = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z.array(groupSchema),
});
export type DiscoveryList = z.output<typeof discoveryListSchema>;

/** What a cluster serves. `stale` names groups whose extension server does not answer: nothing may be concluded from what they lack. */
export type Discovery = { version: string; resources: Resource[]; stale: string[] };

/** Reads the answers of `/api` and `/apis`, in the server's order of preference. */
export function readDiscovery(lists: readonly DiscoveryList[], version: string): Discovery {
  const groups = lists.flatMap(({ items }) => items);
  return {
    version,
    resources: groups.flatMap(resourcesOfGroup),
    stale: groups.filter(isStale).map(nameOf),
  };
}

type Group = z.output<typeof groupSchema>;

const nameOf = ({ metadata }: Group) => metadata?.name ?? '';
const isStale = ({ versions }: Group) => versions.some(({ freshness }) => freshness === 'Stale');

function resourcesOfGroup(group: Group): Resource[] {
  return group.versions.flatMap(({ version, resources }) =>
    (resources ?? []).flatMap(({ resource, responseKind, scope, verbs }): Resource[] => {
      if (responseKind == null || responseKind.kind === '') return [];
      return [
        {
          group: nameOf(group),
          version,
          kind: responseKind.kind,
          plural: resource,
          namespaced: scope === 'Namespaced',
          verbs: verbs ?? [],
        },
      ];
    }),
  );
}

/** `apps/v1` and `apps/v1/Deployment`, sorted: what Helm's `--api-versions` takes. */
export function apiVersionsOf({ resources }: Discovery): string[] {
  const names = resources.flatMap((resource) => [apiVersionOf(resource), `${apiVersionOf(resource)}/${resource.kind}`]);
  return [...new Set(names)].sort();
}

/** `1.36` of `v1.36.3-eks-abcdef`: what Helm's `--kube-version` takes. The rest changes too often to render everything anew. */
export const minorVersion = ({ version }: Discovery) => /^v?(\d+\.\d+)/.exec(version)?.[1] ?? version;
