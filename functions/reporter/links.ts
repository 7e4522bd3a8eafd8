import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import type { DeploymentStatus } from '../../shared/git/ports.ts';

/** @param logPages by cluster; those of another account's clusters aren't known */
export function linksOf(
  environment: DeployerEnvironment | undefined,
  logPages: Record<string, string>,
): Pick<DeploymentStatus, 'environmentUrl' | 'logUrl'> {
  const { url, cluster = '' } = environment ?? {};
  const logUrl = logPages[cluster];
  return { ...(url !== undefined && { environmentUrl: url }), ...(logUrl !== undefined && { logUrl }) };
}
