import type { KubernetesObject } from '../manifests/object.ts';
import { environmentLabel, namespacedRoleOf, namespaceMakerOf, systemNamespace, userOf } from './names.ts';
import type { NewNamespaces } from './new-namespaces.ts';
import { enforceLabel, type PodSecurityLevel } from './pod-security/level.ts';

type Options = { environment: string; newNamespaces: NewNamespaces; podSecurity: PodSecurityLevel };

const rbac = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';
const write = ['get', 'patch', 'create'];

/** What the second identity may do anywhere, as RBAC knows no prefixes. The policy holds it to its own namespaces. */
export const makerRules = (environment: string) => [
  { apiGroups: [''], resources: ['namespaces'], verbs: [...write, 'list', 'delete'] },
  { apiGroups: [''], resources: ['resourcequotas', 'limitranges'], verbs: write },
  { apiGroups: [rbac], resources: ['rolebindings'], verbs: write },
  { apiGroups: [rbac], resources: ['clusterroles'], verbs: ['bind'], resourceNames: [namespacedRoleOf(environment)] },
];

/** In CEL, a text as a literal. */
const literal = (text: string) => JSON.stringify(text);

/**
 * Holds an environment's second identity to namespaces that begin with its prefix and that it made itself, and to what belongs in them.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function makerPolicy({ environment, newNamespaces, podSecurity }: Options): KubernetesObject[] {
  const { prefix } = newNamespaces;
  const name = `plumbline-${namespaceMakerOf(environment)}`;
  const isOurs = (object: string) =>
    `has(${object}.metadata.labels) && ${literal(environmentLabel)} in ${object}.metadata.labels && ${object}.metadata.labels[${literal(environmentLabel)}] == ${literal(environment)}`;
  const isNamespace = '(request.resource.resource == "namespaces")';
  const isBinding = '(request.resource.resource == "rolebindings")';
  const isHeld = `${literal(enforceLabel)} in object.metadata.labels && object.metadata.labels[${literal(enforceLabel)}] == ${literal(podSecurity)}`;
  const subject = `object.subjects.all(s, s.kind == "ServiceAccount" && s.name == ${literal(environment)} && s.namespace == ${literal(systemNamespace)})`;
  const role = `object.roleRef.kind == "ClusterRole" && object.roleRef.name == ${literal(namespacedRoleOf(environment))}`;
  const rule = (apiGroups: string[], resources: string[]) => ({
    apiGroups,
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    resources,
  });
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        rule([''], ['namespaces', 'namespaces/*', 'resourcequotas', 'limitranges']),
        rule([rbac], ['rolebindings']),
      ],
    },
    matchConditions: [
      { name: 'maker', expression: `request.userInfo.username == ${literal(userOf(namespaceMakerOf(environment)))}` },
    ],
    validations: [
      {
        expression: `(${isNamespace} ? request.name : request.namespace).startsWith(${literal(prefix)})`,
        message: `the environment ${environment} may only make namespaces that begin with "${prefix}"`,
      },
      {
        expression: `!${isNamespace} || request.operation == "CREATE" || (${isOurs('oldObject')})`,
        message: `this namespace was not made for the environment ${environment}`,
      },
      {
        expression: `!${isNamespace} || request.operation == "DELETE" || (${isOurs('object')} && ${isHeld})`,
        message: `a namespace of the environment ${environment} must say so, and hold its pods to ${podSecurity}`,
      },
      {
        expression: `${isNamespace} || (namespaceObject != null && ${isOurs('namespaceObject')})`,
        message: `this namespace was not made for the environment ${environment}`,
      },
      {
        expression: `!${isBinding} || request.operation == "DELETE" || (${role} && has(object.subjects) && ${subject})`,
        message: `only the environment ${environment} gets rights in its namespaces`,
      },
    ],
  };
  const binding = { policyName: name, validationActions: ['Deny'] };
  return [
    { apiVersion: `${admission}/v1`, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec },
    { apiVersion: `${admission}/v1`, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: binding },
  ];
}
