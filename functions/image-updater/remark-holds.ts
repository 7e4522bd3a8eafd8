import { shortName } from '../../shared/images/reference.ts';
import { code } from '../../shared/text/markdown.ts';
import type { Hold, UpdatePlan } from './decide-updates.ts';
import type { UpdaterPorts } from './ports.ts';
import type { TargetBranch } from './target-branches.ts';
import { resumeTrailer } from './trailers.ts';

/** GitHub counts comments as writes, and takes 65,536 characters in one. */
const most = { remarks: 5, images: 50, read: 1_000 };

/**
 * Tells on the commit of ours that a person took back, or on the pull request, that its versions are held now and how to lift that: once for each
 * image, where everything is looked at anyway. A remark that can't be made is no reason to fail: the log has it too.
 */
export async function remarkHolds(
  { repository, branch, environments }: TargetBranch,
  { holds }: UpdatePlan,
  { git, log, random }: Pick<UpdaterPorts, 'git' | 'log' | 'random'>,
): Promise<void> {
  if (environments.some(({ wanted }) => wanted !== 'all')) return;
  const places = [...Map.groupBy(holds, ({ commit }) => commit)];
  for (const [commit, group] of startingAt(Math.floor(random() * places.length), places).slice(0, most.remarks)) {
    try {
      const fresh = unsaid(group, await git.remarks(repository, commit));
      if (fresh.length > 0) await git.remark(repository, commit, textOf(fresh, branch));
    } catch (error) {
      log.warn('hold could not be told where it was taken back', { repository, commit, error });
    }
  }
}

/** Where there are more places than are looked at in one go, each has its turn. */
const startingAt = <Place>(index: number, places: Place[]) => [...places.slice(index), ...places.slice(0, index)];

/** One image may stand in many places. Where so much was said that not all of it was read, nothing is added. */
function unsaid(holds: readonly Hold[], remarks: readonly string[]): Hold[] {
  if (remarks.length >= most.read) return [];
  const fresh = holds.filter((hold) => !remarks.some((remark) => remark.includes(markOf(hold))));
  return [...new Map(fresh.map((hold) => [markOf(hold), hold])).values()].slice(0, most.images);
}

const markOf = ({ environment, image }: Hold) => `<!-- plumbline:held ${environment} ${image} -->`;

function textOf(holds: readonly Hold[], branch: string): string {
  const lines = holds.map(
    (hold) => `- ${code(hold.environment)} holds ${code(shortName(hold.image))}: ${code(hold.reason)} ${markOf(hold)}`,
  );
  const reverted = holds.filter(({ as }) => as === 'reverted');
  if (reverted.length === 0) return lines.join('\n');
  const reopen = holds[0]?.commit.startsWith('#')
    ? ' If this was closed without a merge, opening it again does so too.'
    : '';
  const trailers = new Set(reverted.map(({ image }) => resumeTrailer(image)));
  return [
    lines.join('\n'),
    `To go on at once, commit the version that is wanted, or anything that has one of these trailers, to ${code(branch)}.${reopen}`,
    ['```text', ...trailers, '```'].join('\n'),
  ].join('\n\n');
}
