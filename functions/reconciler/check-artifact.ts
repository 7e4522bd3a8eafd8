import type { ApplySettings } from '../../shared/artifacts/release.ts';
import { hookMistakes, standApart } from '../../shared/kubernetes/hooks.ts';
import { systemNamespace } from '../../shared/kubernetes/names.ts';
import { mistakesIn } from '../../shared/kubernetes/object-policy.ts';
import { podFaults } from '../../shared/kubernetes/pod-security/check.ts';
import { isSecret } from '../../shared/kubernetes/prepare.ts';
import { kindName } from '../../shared/kubernetes/rules.ts';
import { stringifyJson } from '../../shared/manifests/json.ts';
import { identityOf } from '../../shared/manifests/object.ts';
import type { Problem } from '../../shared/problem.ts';
import { type Prepared, problemWith, type UnknownObject } from './prepared.ts';

/** etcd takes requests of 1.5 MiB; the API server takes 256 KiB of annotations. */
const maximumBytes = 1.5 * 1024 * 1024;
const maximumAnnotationBytes = 256 * 1024;

type Input = { prepared: readonly Prepared[]; unknown: readonly UnknownObject[]; settings: ApplySettings };

/** Everything that speaks against applying an artifact, all at once, before anything is changed. */
export function checkArtifact({ prepared, unknown, settings }: Input): Problem[] {
  return [
    ...unknown.map(unknownKind),
    ...duplicates(prepared),
    ...prepared.flatMap((each) =>
      [
        withoutName(each),
        wrongPlace(each, settings),
        plaintextSecret(each, settings),
        tooLarge(each),
        ...mistakesIn(each.object),
        ...hookMistakes(each.object),
      ]
        .filter((message) => message !== undefined)
        .map((message) => problemWith(each, message))
        .concat(unsafePods(each, settings)),
    ),
  ];
}

/** Secrets in plain text that are applied all the same, where the policy only warns. */
export function secretWarnings({ prepared, settings }: Omit<Input, 'unknown'>): Problem[] {
  if (settings.secrets !== 'warn') return [];
  return prepared
    .filter(({ object }) => isPlaintext(object))
    .map((each) => problemWith(each, 'a Secret stands in Git in plain text'));
}

function unknownKind({ object, source, servedAs }: UnknownObject): Problem {
  const { apiVersion, kind } = object;
  const remedy =
    servedAs === undefined
      ? 'and no CustomResourceDefinition here defines it; correct the apiVersion, or deploy its definition first'
      : `but as ${servedAs}; change the apiVersion`;
  return problemWith(
    { identity: identityOf(object), source },
    `the cluster does not serve ${kind} as ${apiVersion}, ${remedy}`,
  );
}

function duplicates(prepared: readonly Prepared[]): Problem[] {
  return [...Map.groupBy(prepared, ({ key }) => key).values()].flatMap((group) =>
    group.flatMap((each, index) => {
      const other = group.slice(0, index).find((earlier) => !standApart(earlier.object, each.object));
      const place = other?.source?.file ?? 'the same application';
      return other === undefined ? [] : [problemWith(each, `is there twice; the other one is in ${place}`)];
    }),
  );
}

/** A generated name would make another object with every apply. */
const withoutName = ({ object }: Prepared) =>
  object.metadata.name
    ? undefined
    : 'has no name; every object needs one of its own, and generateName makes a new object each time';

function wrongPlace({ identity, resource }: Prepared, settings: ApplySettings): string | undefined {
  const { allowedNamespaces, allowedClusterKinds, newNamespaces } = settings;
  const namespace = identity.kind === 'Namespace' && identity.group === '' ? identity.name : identity.namespace;
  if (namespace === systemNamespace) return `the namespace ${systemNamespace} belongs to Plumbline itself`;
  if (!resource.namespaced && !allowedClusterKinds.includes(kindName(identity)))
    return `this environment may not own ${kindName(identity)}, which stands outside any namespace; ${accepted(allowedClusterKinds)} (clusterKinds in deployer.yaml)`;
  const isNew = newNamespaces !== undefined && resource.namespaced && namespace.startsWith(newNamespaces.prefix);
  if (namespace !== '' && !allowedNamespaces.includes(namespace) && !isNew)
    return `this environment may not write to the namespace "${namespace}"; ${accepted(allowedNamespaces)} (namespaces in deployer.yaml)`;
  return undefined;
}

const accepted = (names: readonly string[]) =>
  names.length === 0 ? 'none is allowed' : `allowed is ${names.join(', ')}`;

function plaintextSecret({ object }: Prepared, { secrets }: ApplySettings): string | undefined {
  if (secrets !== 'refuse' || !isPlaintext(object)) return undefined;
  return 'a Secret must not stand in Git in plain text; encrypt it, have an operator make it, or set "secrets" in deployer.yaml to "warn" or "allow"';
}

/** A Secret that only asks for something to be filled in holds nothing. */
const isPlaintext = (object: Prepared['object']) => isSecret(object) && Object.keys(object.data ?? {}).length > 0;

/** The API server would only say so when the pods are made, and of a workload not at all. */
function unsafePods(each: Prepared, { podSecurity = 'baseline' }: ApplySettings): Problem[] {
  return podFaults(each.object, podSecurity).map(({ field, found, accepted }) => ({
    ...problemWith(
      each,
      `found ${found}; this environment accepts ${accepted} (podSecurity: ${podSecurity} in deployer.yaml)`,
    ),
    field,
  }));
}

function tooLarge({ object }: Prepared): string | undefined {
  const annotationBytes = Object.entries(object.metadata.annotations ?? {})
    .map(([key, value]) => Buffer.byteLength(key) + Buffer.byteLength(value))
    .reduce((sum, bytes) => sum + bytes, 0);
  if (annotationBytes > maximumAnnotationBytes)
    return `its annotations take ${inKib(annotationBytes)}; the API server accepts ${inKib(maximumAnnotationBytes)}`;
  const bytes = Buffer.byteLength(stringifyJson(object));
  return bytes > maximumBytes
    ? `takes ${inKib(bytes)}; a cluster can keep objects of ${inKib(maximumBytes)}`
    : undefined;
}

const inKib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
