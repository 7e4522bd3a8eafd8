/** A review of a pull request. `state` as GitHub's API has it; `at` is the head that it was written for. */
export type Review = { by: string; body: string; state: string; at: string | null };

const command = /^\s*\/plumbline plan\s*$/m;

/**
 * Who has agreed, at this head, that a plan is made: by approving, or by the line `/plumbline plan`. Whether they may say so isn't known here.
 * A dismissed review, one of an older head and the author's own count for nothing; a later request for changes takes it back.
 */
export function agreement(reviews: readonly Review[], { head, author }: { head: string; author: string }): string[] {
  const agreed = new Set<string>();
  for (const { by, body, state, at } of reviews) {
    if (at !== head || by === '' || by.toLowerCase() === author.toLowerCase()) continue;
    if (state === 'CHANGES_REQUESTED') agreed.delete(by);
    else if (state === 'APPROVED' || (state === 'COMMENTED' && command.test(body))) agreed.add(by);
  }
  return [...agreed];
}
