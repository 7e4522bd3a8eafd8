import { posix } from 'node:path';
import { digestOf } from '../../../shared/artifacts/digest.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import { BadInputError, MissingError } from '../../../shared/errors.ts';
import type { Problem } from '../../../shared/problem.ts';
import { readTree } from '../../../shared/tree/read-tree.ts';
import { listApplications } from '../list-applications.ts';
import type { SourcePorts } from '../ports.ts';
import { readConfig } from '../read-config.ts';
import { maximumArchiveBytes, readEnvironment } from '../read-environment.ts';
import { renderRelease } from '../render-release.ts';
import { type BasePolicy, strictestPolicy, underBasePolicy } from './base-policy.ts';
import type { Look } from './look.ts';

type Input = {
  look: Look;
  number: number;
  /** The test merge: what the branch's head would be. */
  commit: string;
  /** What the branch runs. */
  before: Release | undefined;
  isContinued: boolean;
};

/** Renders what merging would give, by the same way as what is deployed, under the branch's own policy. @throws BadInputError */
export async function renderPullRequest(
  { look, number, commit, before, isContinued }: Input,
  ports: SourcePorts,
): Promise<{ release: Release; notes: Problem[] } | 'unfinished'> {
  const { name, environment, base, basis } = look;
  const cluster = await ports.state.readCluster(environment.cluster);
  if (cluster === undefined) return 'unfinished';
  const { tree, applications: wanted } = await readEnvironment({ name, environment, revision: commit }, ports);
  const file = posix.join(environment.path, 'environment.yaml');
  const { applications, notes } = underBasePolicy(wanted, await readBasePolicy(look, ports), file);
  const id = digestOf(JSON.stringify(['pull request', number, commit, base, basis]));
  const rendering = await renderRelease(
    { name, revision: commit, tree, applications, before, cluster, look: { id, isContinued, isTrial: true } },
    ports,
  );
  return rendering.outcome === 'whole' ? { release: rendering.release, notes } : 'unfinished';
}

/** Of a branch whose `environment.yaml` is broken only the defaults are known: the pull request may be what mends it. */
async function readBasePolicy({ name, environment, base }: Look, ports: SourcePorts): Promise<BasePolicy> {
  const tree = await readTree(await baseArchive({ name, environment, base }, ports));
  const { path } = environment;
  try {
    const { config } = readConfig(tree, path);
    const { listed } = listApplications({ name, path, config, tree });
    return { config, applications: new Map(listed.map((each) => [each.name, each.application])) };
  } catch (error) {
    if (error instanceof BadInputError) return strictestPolicy;
    throw error;
  }
}

/** It was kept when the branch was looked at, for as long as trees are kept. */
async function baseArchive(
  { name, environment, base }: Pick<Look, 'name' | 'environment' | 'base'>,
  { objects, git }: Pick<SourcePorts, 'objects' | 'git'>,
): Promise<Uint8Array> {
  try {
    return await objects.get(keys.tree(name, base));
  } catch (error) {
    if (error instanceof MissingError) return git.archive(environment.repository, base, maximumArchiveBytes);
    throw error;
  }
}
