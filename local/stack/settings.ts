import type { PodSecurityLevel } from '../../shared/kubernetes/pod-security/level.ts';
import type { PolicyRule } from '../../shared/kubernetes/rules.ts';

/** What is fixed of the local stack, so that people and examples can name it. */
export const region = 'eu-west-1';
export const accountId = '123456789012';
export const clusterName = 'example';
export const repository = { owner: 'example-org', name: 'example-environment' };
export const repositoryName = `${repository.owner}/${repository.name}`;
export const registry = `${accountId}.dkr.ecr.${region}.amazonaws.com`;

/** One environment of the local stack: what its entry in `deployer.yaml` says, and its rights in the cluster. */
export type LocalEnvironment = {
  name: string;
  /** Default: nothing is promoted to it. */
  promoteFrom?: string;
  namespaces: string[];
  /** Patterns of charts that may be taken from chart repositories. Default: none. */
  charts?: string[];
  secrets: 'refuse' | 'allow';
  clusterKinds: string[];
  /** Default: baseline. */
  podSecurity?: PodSecurityLevel;
  rules: PolicyRule[];
  clusterRules: PolicyRule[];
};
