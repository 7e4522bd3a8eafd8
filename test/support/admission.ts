import type { RealWorld } from './real-world.ts';

/** An admission policy on ConfigMaps of the test's own namespace; it takes effect within some seconds. */
export async function forbid(world: RealWorld, expression: string, message: string): Promise<void> {
  const name = `forbid-${world.namespace}`;
  const selector = { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } };
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] };
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression, message }] },
  };
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'], matchResources: { namespaceSelector: selector } },
  };
  for (const object of [policy, binding]) {
    const resource = world.resources.find(object.apiVersion, object.kind);
    if (resource === undefined) throw new Error(`${object.kind} is not served`);
    await world.admin.apply(resource, object, { manager: 'test', force: true, dryRun: false });
  }
}
