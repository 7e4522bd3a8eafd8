import type { ArtifactObject } from '../../shared/artifacts/artifact.ts';
import type { ApplySettings } from '../../shared/artifacts/release.ts';
import type { Adoption } from '../../shared/kubernetes/adoption.ts';
import { autoscaledBy, leavingReplicas } from '../../shared/kubernetes/autoscaled.ts';
import { type HookSettings, hookOf } from '../../shared/kubernetes/hooks.ts';
import type { ApplicationName } from '../../shared/kubernetes/names.ts';
import { type ObjectPolicy, policyOf } from '../../shared/kubernetes/object-policy.ts';
import { prepareObject } from '../../shared/kubernetes/prepare.ts';
import { apiVersionOf, type Resource, type Resources } from '../../shared/kubernetes/resource.ts';
import { hashOf } from '../../shared/manifests/canonical.ts';
import {
  describeIdentity,
  identityKey,
  identityOf,
  type KubernetesObject,
  type ObjectIdentity,
} from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';

/** An object of the artifact as it will be sent, and what it takes to send it. */
export type Prepared = {
  key: string;
  identity: ObjectIdentity;
  resource: Resource;
  object: KubernetesObject;
  policy: ObjectPolicy;
  /** Hash of `object`, and of where and how it is applied. */
  desired: string;
  source: ArtifactObject['source'];
  /** It is a hook of Helm or Argo CD. */
  hook?: HookSettings;
  /** Somebody else made it, and it is to become ours. */
  adoption?: Adoption;
};

export type Hook = Prepared & { hook: HookSettings };

export const isHook = (prepared: Prepared): prepared is Hook => prepared.hook !== undefined;

/** As much of an application's settings as says where and how its objects go. */
type PlacementSettings = Pick<ApplySettings, 'cluster' | 'namespace' | 'conflicts' | 'drift' | 'rules'>;

type Context = { name: ApplicationName; settings: PlacementSettings; resources: Resources };

/** An object of a kind that the cluster doesn't serve at this version; `servedAs` is the version at which it does, if any. */
export type UnknownObject = ArtifactObject & { servedAs: string | undefined };

/** Prepares every object whose kind is known; the others are returned as they are. */
export function prepareArtifact(objects: readonly ArtifactObject[], context: Context) {
  const autoscaled = autoscaledBy(
    objects.map(({ object }) => object),
    context.settings.namespace,
  );
  const prepared: Prepared[] = [];
  const unknown: UnknownObject[] = [];
  for (const each of objects) {
    const { apiVersion, kind } = each.object;
    const resource = context.resources.find(apiVersion, kind);
    const other = context.resources.findAny(apiVersion, kind);
    if (resource !== undefined) prepared.push(prepare(each, resource, { ...context, autoscaled }));
    else unknown.push({ ...each, servedAs: other && apiVersionOf(other) });
  }
  return { prepared, unknown };
}

function prepare(
  { object: original, source }: ArtifactObject,
  resource: Resource,
  { name, settings, autoscaled }: Context & { autoscaled: ReadonlySet<string> },
): Prepared {
  const { namespaced } = resource;
  const object = prepareObject(original, { name, namespaced, defaultNamespace: settings.namespace });
  const identity = identityOf(object);
  const key = identityKey(identity);
  const said = policyOf(object, settings);
  const policy = autoscaled.has(key) ? leavingReplicas(said) : said;
  const desired = hashOf({ object, policy, cluster: settings.cluster });
  const hook = hookOf(object);
  return { key, identity, resource, object, policy, desired, source, ...(hook && { hook }) };
}

/** A problem with an object, at its place in Git. */
export const problemWith = ({ identity, source }: Pick<Prepared, 'identity' | 'source'>, message: string): Problem => ({
  ...source,
  object: describeIdentity(identity),
  message,
});
