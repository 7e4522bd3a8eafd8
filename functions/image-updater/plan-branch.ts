import { BadInputError } from '../../shared/errors.ts';
import type { Commit } from '../../shared/git/ports.ts';
import { withPlatforms } from '../../shared/images/platforms.ts';
import type { ImageVersion } from '../../shared/images/ports.ts';
import { parseEcrRepository } from '../../shared/images/reference.ts';
import { readTree } from '../../shared/tree/read-tree.ts';
import { describeChange } from './commit-message.ts';
import { decideUpdates, type UpdatePlan } from './decide-updates.ts';
import { type EnvironmentRules, rulesOf } from './environment-rules.ts';
import type { UpdaterPorts } from './ports.ts';
import type { Lookup } from './registry-lookup.ts';
import type { TargetBranch, TargetEnvironment } from './target-branches.ts';
import { writtenBy } from './trailers.ts';

/** GitHub's archive of a repository, compressed. */
const maximumArchiveBytes = 100 * 1024 * 1024;

type Moment = { head: string; seen: UpdatePlan['places'] };
type Sources = Pick<UpdaterPorts, 'git' | 'clock'> & { lookup: Lookup };

/** Decides what is to be changed on a branch. Its environments come one after the other, each on the files that the one before left. */
export async function planBranch(target: TargetBranch, { head, seen }: Moment, ports: Sources): Promise<UpdatePlan> {
  const [archive, history] = await Promise.all([
    ports.git.archive(target.repository, head, maximumArchiveBytes),
    ports.git.history(target.repository, head),
  ]);
  let files = (await readTree(archive)).files;
  const now = ports.clock.now();
  const plans: UpdatePlan[] = [];
  for (const environment of target.environments) {
    const plan = await planEnvironment(environment, { files, history, seen, now }, ports.lookup);
    files = new Map([...files, ...plan.files.map(({ path, content }) => [path, content] as const)]);
    plans.push(plan);
  }
  return mergePlans(plans);
}

type Sight = { files: ReadonlyMap<string, Uint8Array>; history: Commit[]; seen: UpdatePlan['places']; now: Date };

async function planEnvironment(target: TargetEnvironment, sight: Sight, lookup: Lookup): Promise<UpdatePlan> {
  const { rules, notes } = readRules(target, sight.files);
  const plan = decideUpdates({
    environment: target.name,
    path: target.settings.path,
    others: target.others,
    files: sight.files,
    rules,
    versions: await versionsOf(rules, sight.now, lookup),
    written: writtenBy(sight.history, target.name),
    seen: sight.seen,
    now: sight.now,
  });
  return withoutPullRequests(target, { ...plan, notes: [...notes, ...plan.notes] });
}

/** A file that can't be read is the problem of its environment; `source` reports it on the commit, and the other environments go on. */
function readRules(target: TargetEnvironment, files: Sight['files']): EnvironmentRules {
  try {
    return rulesOf(target, files);
  } catch (error) {
    if (error instanceof BadInputError) return { rules: [], notes: [...error.problems] };
    throw error;
  }
}

async function versionsOf(
  rules: EnvironmentRules['rules'],
  now: Date,
  lookup: Lookup,
): Promise<Map<string, readonly ImageVersion[]>> {
  const answers = await Promise.all(
    rules.map(async ({ repository, policy }) => {
      const parsed = parseEcrRepository(repository);
      const versions = parsed && (await lookup.versions(parsed));
      if (parsed === undefined || versions === undefined) return [];
      const ask = (digest: string) => lookup.platforms(parsed, digest);
      return [[repository, await withPlatforms(versions, { policy, now, ask })] as const];
    }),
  );
  return new Map(answers.flat());
}

/** Never a commit where a pull request was asked for. */
function withoutPullRequests({ name, settings }: TargetEnvironment, plan: UpdatePlan): UpdatePlan {
  if (settings.write === 'commit' || plan.updates.length === 0) return plan;
  const changes = [...new Set(plan.updates.map(describeChange))].join(', ');
  const message = `pull requests with new images can't be made yet, so this is left alone: ${changes}. With "write: commit" it would be committed to ${settings.branch}`;
  const note = { file: 'deployer.yaml', field: `environments.${name}.write`, message };
  return { ...plan, updates: [], files: [], notes: [...plan.notes, note] };
}

function mergePlans(plans: UpdatePlan[]): UpdatePlan {
  return {
    updates: plans.flatMap(({ updates }) => updates),
    files: [...new Map(plans.flatMap(({ files }) => files).map((file) => [file.path, file])).values()],
    notes: plans.flatMap(({ notes }) => notes),
    places: new Map(plans.flatMap(({ places }) => [...places])),
  };
}
