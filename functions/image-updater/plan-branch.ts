import type { ImageRule } from '../../shared/config/environment.ts';
import { BadInputError } from '../../shared/errors.ts';
import type { Commit } from '../../shared/git/ports.ts';
import { withPlatforms } from '../../shared/images/platforms.ts';
import type { ImageVersion } from '../../shared/images/ports.ts';
import { parseEcrRepository } from '../../shared/images/reference.ts';
import { decideSignedUpdates, type Refuse } from './decide-signed-updates.ts';
import type { UpdatePlan } from './decide-updates.ts';
import { type EnvironmentRules, rulesOf } from './environment-rules.ts';
import { decideLifting } from './lifted-holds.ts';
import { commitsToRead, filesAt, type Sight } from './look-at-branch.ts';
import type { UpdaterPorts } from './ports.ts';
import { type Promotion, type Promotions, takenBy } from './promotion.ts';
import type { Lookup } from './registry-lookup.ts';
import type { SignatureCheck } from './signature-check.ts';
import type { TargetBranch, TargetEnvironment } from './target-branches.ts';
import { memoryOf, writtenBy } from './trailers.ts';

type Moment = Sight & { seen: UpdatePlan['places'] };
type Sources = Pick<UpdaterPorts, 'clock' | 'git'> & {
  lookup: Lookup;
  signatures: SignatureCheck;
  /** By the environment that it comes from. */
  promotions: Promotions;
};

/** Decides what is to be changed on a branch. Nothing is written before enough of the history is known to tell that no person took it back. */
export async function planBranch(target: TargetBranch, moment: Moment, ports: Sources): Promise<UpdatePlan> {
  const plan = await planWith(target, moment, ports);
  const isWhole = moment.history.length < commitsToRead.first;
  if (isWhole || plan.updates.every(({ isRemembered }) => isRemembered)) return plan;
  const history = await ports.git.history(target.repository, moment.head, commitsToRead.last);
  return planWith(target, { ...moment, history }, ports);
}

/** The environments come one after the other, each on the files that the one before left. */
async function planWith(target: TargetBranch, moment: Moment, ports: Sources): Promise<UpdatePlan> {
  const history = memoryOf(moment.history, moment.work?.pulls ?? []);
  const now = ports.clock.now();
  let { files } = moment;
  const plans: UpdatePlan[] = [];
  for (const environment of target.environments) {
    const place = { repository: target.repository, files, history, seen: moment.seen, now };
    const plan = await planEnvironment(environment, place, ports);
    files = new Map([...files, ...plan.files.map(({ path, content }) => [path, content] as const)]);
    plans.push(plan);
  }
  return mergePlans(plans);
}

type Place = {
  repository: string;
  files: Sight['files'];
  history: Commit[];
  seen: UpdatePlan['places'];
  now: Date;
};

async function planEnvironment(target: TargetEnvironment, place: Place, ports: Sources): Promise<UpdatePlan> {
  const { rules: own, every, notes, isUndecided } = readRules(target, place.files);
  const promotion = isUndecided ? undefined : await promotedTo(target, every, ports);
  const rules = [...own, ...(promotion?.rules ?? [])];
  const look = {
    environment: target.name,
    path: target.settings.path,
    others: target.others,
    files: place.files,
    rules,
    every: [...every, ...(promotion?.rules ?? [])],
    ...(promotion && { promoted: { from: promotion.from, repositories: repositoriesOf(promotion) } }),
    written: writtenBy(place.history, target.name),
    seen: place.seen,
    now: place.now,
  };
  const plan = await decideSignedUpdates({
    decide: async (refuse) => {
      const versions = await versionsOf(own, { now: place.now, refuse }, ports.lookup);
      const all = new Map([...versions, ...promotedVersions(promotion, refuse)]);
      return decideLifting({ ...look, versions: all }, (revision) => filesAt(place.repository, revision, ports.git));
    },
    reasonAgainst: (pin) => ports.signatures.reasonAgainst(pin, target),
  });
  return {
    ...plan,
    notes: [...notes, ...(promotion?.notes ?? []), ...plan.notes],
    // As long as nothing is known of the other environment, what was proposed before stays.
    isUndecided: isUndecided || (target.settings.promoteFrom !== undefined && promotion === undefined),
    ...(promotion && { promotion }),
  };
}

async function promotedTo(target: TargetEnvironment, own: readonly ImageRule[], { promotions }: Sources) {
  const { promoteFrom } = target.settings;
  const promotion = promoteFrom === undefined ? undefined : await promotions(promoteFrom);
  return promotion && takenBy(target, own, promotion);
}

const repositoriesOf = ({ rules }: Promotion) => new Set(rules.map(({ repository }) => repository));

function promotedVersions(promotion: Promotion | undefined, refuse: Refuse): [string, readonly ImageVersion[]][] {
  const { rules = [], versions } = promotion ?? {};
  return rules.map(({ repository }) => [
    repository,
    refuse(
      repository,
      [versions?.get(repository)].flatMap((one) => one ?? []),
    ),
  ]);
}

/** A file that can't be read is the problem of its environment; `source` reports it on the commit, and the other environments go on. */
function readRules(target: TargetEnvironment, files: Sight['files']): EnvironmentRules {
  try {
    return rulesOf(target, files);
  } catch (error) {
    if (error instanceof BadInputError) return { rules: [], every: [], notes: [...error.problems], isUndecided: true };
    throw error;
  }
}

async function versionsOf(
  rules: EnvironmentRules['rules'],
  { now, refuse }: { now: Date; refuse: Refuse },
  lookup: Lookup,
): Promise<Map<string, readonly ImageVersion[]>> {
  const answers = await Promise.all(
    rules.map(async ({ repository, policy }) => {
      const parsed = parseEcrRepository(repository);
      const versions = parsed && (await lookup.versions(parsed));
      if (parsed === undefined || versions === undefined) return [];
      const ask = (digest: string) => lookup.platforms(parsed, digest);
      return [[repository, await withPlatforms(refuse(repository, versions), { policy, now, ask })] as const];
    }),
  );
  return new Map(answers.flat());
}

function mergePlans(plans: UpdatePlan[]): UpdatePlan {
  const promotion = plans.find((plan) => plan.promotion !== undefined)?.promotion;
  return {
    ...(promotion && { promotion }),
    updates: plans.flatMap(({ updates }) => updates),
    files: [...new Map(plans.flatMap(({ files }) => files).map((file) => [file.path, file])).values()],
    notes: plans.flatMap(({ notes }) => notes),
    holds: plans.flatMap(({ holds }) => holds),
    lifts: plans.flatMap(({ lifts }) => lifts),
    isUndecided: plans.some(({ isUndecided }) => isUndecided),
    places: new Map(plans.flatMap(({ places }) => [...places])),
  };
}
