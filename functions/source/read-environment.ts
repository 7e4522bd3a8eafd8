import { keys } from '../../shared/artifacts/keys.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { type PlannedApplication, planApplications } from './plan-applications.ts';
import type { SourcePorts } from './ports.ts';

/** GitHub's archive of a repository, compressed. */
export const maximumArchiveBytes = 100 * 1024 * 1024;

/** Fetches a revision's tree, keeps it for the renderer, and reads from it what is to be deployed. */
export async function readEnvironment(
  { name, environment, revision }: { name: string; environment: DeployerEnvironment; revision: string },
  { git, objects }: Pick<SourcePorts, 'git' | 'objects'>,
): Promise<{ tree: Tree; applications: PlannedApplication[] }> {
  const archive = await git.archive(environment.repository, revision, maximumArchiveBytes);
  const [tree] = await Promise.all([readTree(archive), objects.putOnce(keys.tree(name, revision), archive)]);
  return { tree, applications: planApplications({ name, environment, tree }) };
}
