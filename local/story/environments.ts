import { type PolicyRule, readPods, rulesForKinds } from '../../shared/kubernetes/rules.ts';
import { type LocalEnvironment, registry } from '../stack/settings.ts';

const rules: PolicyRule[] = [
  ...rulesForKinds([
    { group: 'apps', kind: 'Deployment' },
    { group: '', kind: 'Service' },
    { group: '', kind: 'ConfigMap' },
  ]),
  readPods,
];

/** The environments of the story, each with a namespace of its own and the rights that its manifests need. */
export const storyEnvironments: LocalEnvironment[] = ['staging', 'production'].map((name) => ({
  name,
  ...(name === 'production' && { promoteFrom: 'staging' }),
  namespaces: [name],
  charts: [`oci://${registry}/charts/*`],
  secrets: 'refuse',
  clusterKinds: [],
  rules,
  clusterRules: [],
}));
