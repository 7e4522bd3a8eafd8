import { shortName } from '../../shared/images/reference.ts';
import type { Hold, UpdatePlan } from './decide-updates.ts';
import { code } from './markdown.ts';
import type { UpdaterPorts } from './ports.ts';
import type { TargetBranch } from './target-branches.ts';
import { resumeTrailer } from './trailers.ts';

/**
 * Tells on the commit of ours that a person took back that its version is held now, and how to lift that: once for each image. Where it was
 * a pull request, its own text has said so. A remark that can't be made is no reason to fail: the log has it too.
 */
export async function remarkHolds(
  { repository }: TargetBranch,
  { holds }: UpdatePlan,
  { git, log }: Pick<UpdaterPorts, 'git' | 'log'>,
): Promise<void> {
  const commits = Map.groupBy(holds, ({ commit }) => commit);
  for (const [commit, group] of commits) {
    if (commit.startsWith('#')) continue;
    try {
      const remarks = await git.remarks(repository, commit);
      const isNew = (hold: Hold) => !remarks.some((remark) => remark.includes(markOf(hold)));
      const fresh = new Map(group.filter(isNew).map((hold) => [markOf(hold), hold])).values();
      for (const hold of fresh) await git.remark(repository, commit, textOf(hold));
    } catch (error) {
      log.warn('hold could not be told on its commit', { repository, commit, error });
    }
  }
}

const markOf = ({ environment, image }: Hold) => `<!-- plumbline:held ${environment} ${image} -->`;

const textOf = (hold: Hold) => `${markOf(hold)}
${code(hold.environment)} holds ${code(shortName(hold.image))}: ${code(hold.reason)}.

To go on at once, commit the version that is wanted, or commit anything with this trailer:

\`\`\`text
${resumeTrailer(hold.image)}
\`\`\``;
