import { digestOf } from '../../shared/artifacts/digest.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import type { ClusterState } from '../../shared/state/types.ts';

/** Digest of everything beside the commit that a rendering depends on. */
export function basisOf(environment: DeployerEnvironment, { version, apiVersions }: ClusterState): string {
  return digestOf(JSON.stringify({ environment, version, apiVersions }));
}
