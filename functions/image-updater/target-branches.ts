import type { Deployer, DeployerEnvironment } from '../../shared/config/deployer.ts';
import { isAllowedRepository } from '../../shared/images/allowed.ts';
import type { ImageRepository } from '../../shared/images/ports.ts';
import { formatEcrRepository } from '../../shared/images/reference.ts';

/** One branch of an environment repository, with everything that is to be looked at there: it gets one commit. */
export type TargetBranch = {
  repository: string;
  branch: string;
  environments: TargetEnvironment[];
  /** The branch from which updates are proposed, where no commit is wanted: for each environment one of its own. */
  proposals?: string;
};

export type TargetEnvironment = {
  name: string;
  settings: DeployerEnvironment;
  /** Folders of other environments inside this one's: their files are theirs. */
  others: string[];
  /** The repositories to look at, or every one that has a rule. */
  wanted: ImageRepository[] | 'all';
};

type Environments = Deployer['environments'];

/** The environments that may take images from a repository. */
export function environmentsFor(repository: ImageRepository, environments: Environments): string[] {
  const name = formatEcrRepository(repository);
  return Object.keys(environments).filter((key) => isAllowedRepository(name, environments[key]?.images ?? []));
}

/** Folds environments into branches, however many images are wanted in each. */
export function foldIntoBranches(
  wanted: ReadonlyMap<string, ImageRepository[] | 'all'>,
  environments: Environments,
): TargetBranch[] {
  const targets = [...wanted].flatMap(([name, wanted]) => {
    const settings = environments[name];
    return settings === undefined ? [] : [{ name, settings, wanted, others: foldersInside(settings, environments) }];
  });
  return [...Map.groupBy(targets, targetKey).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { repository, branch } = first.settings;
    const target = { repository, branch, environments: group };
    const proposals = proposalsOf(first);
    return [proposals === undefined ? target : lookingAtAll({ ...target, proposals })];
  });
}

/** The same with every image that has a rule: a pull request carries all that is to be changed, whatever the occasion. */
export const lookingAtAll = (target: TargetBranch): TargetBranch => ({
  ...target,
  environments: target.environments.map((environment) => ({ ...environment, wanted: 'all' })),
});

/** How many branches and pull requests there are to be written at most. */
export const countBranches = (environments: Environments): number =>
  foldIntoBranches(new Map(Object.keys(environments).map((name) => [name, 'all'])), environments).length;

type Named = { name: string; settings: DeployerEnvironment };

const targetKey = (target: Named) => `${branchKey(target.settings)} ${proposalsOf(target) ?? ''}`;

/** What is promoted is approved by merging it, whatever else the environment takes. */
const proposalsOf = ({ name, settings: { write, promoteFrom } }: Named) =>
  write === 'pullRequest' || promoteFrom !== undefined ? `plumbline/${name}` : undefined;

const branchKey = ({ repository, branch }: DeployerEnvironment) => `${repository.toLowerCase()}@${branch}`;

/** Folders of other environments in this one's: their files are theirs. */
export function foldersInside(settings: DeployerEnvironment, environments: Environments): string[] {
  return Object.values(environments)
    .filter((other) => branchKey(other) === branchKey(settings) && other.path !== settings.path)
    .map(({ path }) => path)
    .filter((path) => settings.path === '.' || path.startsWith(`${settings.path}/`));
}
