import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import type { ImageRule } from '../../shared/config/environment.ts';
import { BadInputError } from '../../shared/errors.ts';
import { isAllowedRepository } from '../../shared/images/allowed.ts';
import { findInFiles } from '../../shared/images/edit/find-in-files.ts';
import { knowing, trackedBy } from '../../shared/images/edit/tracked.ts';
import type { ImageVersion } from '../../shared/images/ports.ts';
import { formatReference } from '../../shared/images/reference.ts';
import type { Problem } from '../../shared/problem.ts';
import { isBroken } from '../../shared/state/report.ts';
import { rulesOf } from './environment-rules.ts';
import { filesAt } from './look-at-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import { foldersInside } from './target-branches.ts';

/** What an environment that is healthy runs, for those that are promoted from it. */
export type Promotion = {
  from: string;
  /** Commit SHA, and since when it is healthy, ISO 8601. */
  revision: string;
  since: string;
  /** Where these images stand: the rules of the environment that they come from. */
  rules: ImageRule[];
  versions: ReadonlyMap<string, ImageVersion>;
  /** Images that are not promoted, and why. */
  notes: Problem[];
};

type Ports = Pick<UpdaterPorts, 'environments' | 'git' | 'reports'>;

export type Promotions = (from: string) => Promise<Promotion | undefined>;

/** Asks once about each environment: a branch that moves is looked at again and again, and what is healthy elsewhere is a whole tree. */
export function createPromotions(ports: Ports): Promotions {
  const known = new Map<string, Promise<Promotion | undefined>>();
  return (from) => {
    const promotion = known.get(from) ?? promotionFrom(from, ports);
    known.set(from, promotion);
    return promotion;
  };
}

/**
 * What `from` runs in health, as it stands in Git at that revision. Only images that a rule of its `environment.yaml` tracks: the others were put
 * there by hand, and are by hand put elsewhere.
 *
 * @returns undefined as long as it was never healthy, or something of it is broken
 */
async function promotionFrom(from: string, { environments, git, reports }: Ports): Promise<Promotion | undefined> {
  const settings = environments[from];
  const report = await reports.readReport(from);
  if (settings === undefined || report?.deployed === undefined || isBroken(report)) return undefined;
  const { revision, at } = report.deployed;
  const files = await filesAt(settings.repository, revision, git);
  return {
    from,
    revision,
    since: at,
    ...pinnedIn({ from, settings, others: foldersInside(settings, environments) }, files),
  };
}

type Pinned = Pick<Promotion, 'rules' | 'versions' | 'notes'>;

type Origin = { from: string; settings: DeployerEnvironment; others: string[] };

function pinnedIn({ from, settings, others }: Origin, files: ReadonlyMap<string, Uint8Array>): Pinned {
  const rules = trackedRules(from, settings, files);
  const { path } = settings;
  const tracked = knowing(trackedBy(rules, path), rules);
  const images = findInFiles(files, { path, others, tracked }).flatMap((found) => found.images);
  const pins = [...Map.groupBy(images, ({ current }) => current.repository)].map(([repository, places]) => {
    const references = [...new Set(places.map(({ current }) => formatReference(current)))];
    return { repository, references, current: places[0]?.current };
  });
  const versions = pins.flatMap(({ repository, references, current }): [string, ImageVersion][] =>
    references.length === 1 && current?.tag !== undefined && current.digest !== undefined
      ? [[repository, { tag: current.tag, digest: current.digest }]]
      : [],
  );
  const known = new Set(versions.map(([repository]) => repository));
  return {
    rules: rules.filter(({ repository }) => known.has(repository)),
    versions: new Map(versions),
    notes: pins
      .filter(({ repository }) => !known.has(repository))
      .map(({ repository, references }) => noteOf(from, repository, references)),
  };
}

/** A revision that is healthy could be read when it was deployed; since then the schema may have changed. */
function trackedRules(
  from: string,
  settings: DeployerEnvironment,
  files: ReadonlyMap<string, Uint8Array>,
): ImageRule[] {
  try {
    return rulesOf({ name: from, settings, others: [], wanted: 'all' }, files).every;
  } catch (error) {
    if (error instanceof BadInputError) return [];
    throw error;
  }
}

const noteOf = (from: string, repository: string, references: string[]): Problem => ({
  message:
    references.length > 1
      ? `${repository} is not promoted: ${from} runs several versions of it (${references.slice(0, 3).join(', ')})`
      : `${repository} is not promoted: ${from} has no tag and digest for it`,
});

/** The part of a promotion that an environment takes: what it has no rule of its own for, and what `deployer.yaml` allows it. */
export function takenBy(
  { name, settings }: { name: string; settings: DeployerEnvironment },
  own: readonly ImageRule[],
  promotion: Promotion,
): Promotion {
  const ruled = new Set(own.map(({ repository }) => repository));
  // An environment that lists none takes what the other one may: that list was made by the same person.
  const isAllowed = (repository: string) =>
    settings.images.length === 0 || isAllowedRepository(repository, settings.images);
  const foreign = promotion.rules.filter(({ repository }) => !ruled.has(repository));
  return {
    ...promotion,
    rules: foreign.filter(({ repository }) => isAllowed(repository)),
    notes: [
      ...promotion.notes,
      ...foreign
        .filter(({ repository }) => !isAllowed(repository))
        .map(({ repository }) => ({
          message: `${repository} is not promoted: deployer.yaml doesn't list it under environments.${name}.images (${settings.images.join(', ')})`,
        })),
    ],
  };
}
