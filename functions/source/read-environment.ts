import { posix } from 'node:path';
import { keys } from '../../shared/artifacts/keys.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { type Environment, environmentSchema } from '../../shared/config/environment.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { type PlannedApplication, planApplications } from './plan-applications.ts';
import type { SourcePorts } from './ports.ts';

/** GitHub's archive of a repository, compressed. */
const maximumArchiveBytes = 100 * 1024 * 1024;

/** Fetches a revision's tree, keeps it for the renderer, and reads from it what is to be deployed. */
export async function readEnvironment(
  { name, environment, revision }: { name: string; environment: DeployerEnvironment; revision: string },
  { git, objects }: Pick<SourcePorts, 'git' | 'objects'>,
): Promise<{ tree: Tree; applications: PlannedApplication[] }> {
  const archive = await git.archive(environment.repository, revision, maximumArchiveBytes);
  const [tree] = await Promise.all([readTree(archive), objects.putOnce(keys.tree(name, revision), archive)]);
  const configFile = posix.join(environment.path, 'environment.yaml');
  const config = readConfig(tree, configFile);
  return {
    tree,
    applications: planApplications({ name, environment, config, configFile, paths: [...tree.files.keys()] }),
  };
}

function readConfig(tree: Tree, file: string): Environment {
  const bytes = tree.files.get(file);
  return parseConfiguration(bytes === undefined ? '' : new TextDecoder().decode(bytes), file, environmentSchema);
}
