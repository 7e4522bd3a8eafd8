import type { OpenPullRequest } from '../../../shared/git/pull-request-ports.ts';
import { isDecided, type PullRequestState } from '../../../shared/state/pull-request.ts';

/**
 * What there is to do about one pull request. `close`: it is to be planned no more, and whoever waits is told; `forget`: nobody waits;
 * `resend`: ask once more for the plans that didn't come; `give-up`: they didn't come then either; `touch`: have it told anew, in case
 * that it couldn't be.
 */
export type Step =
  | { do: 'nothing' | 'close' | 'forget' | 'resend' | 'give-up' | 'touch' }
  | { do: 'begin'; isContinued: boolean; since: Date };

type Situation = {
  /** Undefined if it is no longer open. */
  open: OpenPullRequest | undefined;
  known: PullRequestState | undefined;
  /** The branch's head. */
  base: string;
  /** Digest of what else a plan depends on. */
  basis: string;
  now: Date;
};

/**
 * In minutes: a look has ended for sure; looks and renderings have had their time; plans are asked for again, and then given up; what is
 * known is told anew, often as long as it is young, and what failed tried anew.
 */
const after = { look: 6, rendering: 60, resend: 4, giveUp: 8, tellYoung: 15, youth: 120, again: 60 };

/** A pull request is planned once for each pair of heads; a draft when it is ready. */
export function decideStep({ open, known, base, basis, now }: Situation): Step {
  const wanted = open?.isDraft ? undefined : open;
  if (wanted === undefined) return end(known);
  const minutes = (time: string) => (now.getTime() - new Date(time).getTime()) / 60_000;
  const isSame = known?.head === wanted.head && known.base === base && known.basis === basis;
  if (known === undefined || !isSame || known.phase === 'closed')
    return { do: 'begin', isContinued: false, since: now };
  const goOn: Step = { do: 'begin', isContinued: true, since: new Date(known.since) };
  if (known.phase === 'rendering' && minutes(known.at) <= after.look) return { do: 'nothing' };
  if (known.phase === 'rendering' || known.phase === 'waiting')
    return minutes(known.since) > after.rendering ? { do: 'give-up' } : goOn;
  if (!isDecided(known)) return chase(known, minutes);
  const isOld = minutes(known.at) > after.again;
  if (isOld && (known.refusal === 'overdue' || known.refusal === 'unanswered'))
    return { do: 'begin', isContinued: false, since: now };
  if (minutes(known.at) > (minutes(known.since) < after.youth ? after.tellYoung : after.again)) return { do: 'touch' };
  // Somebody may have agreed since then.
  return known.refusal === 'fork' ? goOn : { do: 'nothing' };
}

const end = (known: PullRequestState | undefined): Step => {
  if (known === undefined) return { do: 'nothing' };
  return { do: known.phase === 'closed' || isDecided(known) ? 'forget' : 'close' };
};

function chase({ asked }: PullRequestState, minutes: (time: string) => number): Step {
  if (asked === undefined) return { do: 'give-up' };
  if (asked.againAt === undefined) return { do: minutes(asked.at) > after.resend ? 'resend' : 'nothing' };
  return { do: minutes(asked.againAt) > after.giveUp ? 'give-up' : 'nothing' };
}

/**
 * Those that nothing is known of come first, then those whose head is new: whoever pushes often keeps no other waiting for ever. Forks, of which
 * anybody may open as many as they like, come last.
 */
export function byUrgency<Item extends { open: OpenPullRequest; known: PullRequestState | undefined }>(items: Item[]) {
  const rank = ({ open, known }: Item) =>
    (open.isFork ? 3 : 0) + (known === undefined ? 0 : known.head === open.head ? 2 : 1);
  const at = ({ known }: Item) => known?.at ?? '';
  return items.toSorted((a, b) => rank(a) - rank(b) || at(a).localeCompare(at(b)));
}
