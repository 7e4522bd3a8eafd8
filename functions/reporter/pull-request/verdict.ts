import { type Refusal, unanswered } from '../../../shared/state/pull-request.ts';
import { countActions, objectsOf } from './count.ts';
import type { View } from './view.ts';

export type Verdict = {
  conclusion: 'success' | 'failure' | 'neutral' | 'action_required';
  /** One line of plain text of our own: no name in it, no content. */
  title: string;
  /** What follows from it, in Markdown of our own. */
  advice?: string;
};

const refusals: Record<Refusal, Verdict> = {
  fork: {
    conclusion: 'action_required',
    title: 'Not planned: somebody who may write must agree first',
    advice:
      'This pull request comes from a fork. Its plan would render and ask about what a stranger wrote, so somebody who may write to this repository must agree to it, at this very head: ' +
      'by an approving review, or by a review (Files changed → Review changes → Comment) with the line `/plumbline plan`. Another push needs another one.',
  },
  conflict: {
    conclusion: 'failure',
    title: "Not planned: it can't be merged",
    advice: 'It conflicts with its base branch. Merge or rebase it; it is planned as soon as that is pushed.',
  },
  broken: {
    conclusion: 'failure',
    title: "Not planned: what would be merged can't be read",
    advice: 'Nothing of it would be deployed, and what runs would stay as it is. Mend it with another commit.',
  },
  unanswered: {
    conclusion: 'failure',
    title: 'Not planned: GitHub did not say whether it can be merged',
    advice: 'It is tried again within the hour, and with the next push.',
  },
  overdue: {
    conclusion: 'failure',
    title: 'Not planned: the plan did not come in time',
    advice:
      'It was asked for twice. Either the cluster could not be reached, or there is too much to do; the log of the reconciler says more. It is tried again within the hour, and with the next push.',
  },
};

/** What is to be said of a pull request that is decided. */
export function verdictOn({ state, plans }: View): Verdict {
  if (state.phase === 'refused') return refusals[state.refusal ?? 'broken'];
  const objects = objectsOf(plans);
  const counts = countActions(objects);
  const problems = state.problems.length + plans.reduce((sum, plan) => sum + plan.problems.length, 0);
  const isRefused =
    state.problems.length > 0 ||
    plans.some(({ outcome }) => outcome === 'refused' || outcome === 'failed') ||
    objects.some(({ action }) => action === 'refuse');
  const found = [counts, problems === 0 ? '' : `${problems} ${problems === 1 ? 'problem' : 'problems'}`].filter(
    Boolean,
  );
  const title = found.length === 0 ? 'Nothing would change' : capitalized(found.join(', '));
  if (isRefused) return { conclusion: 'failure', title };
  return { conclusion: isWhole({ state, plans }) ? 'success' : 'neutral', title };
}

/** Everything was looked at, and would be done. */
function isWhole({ state: { asked }, plans }: View): boolean {
  if (asked === undefined || asked.left > 0 || unanswered(asked).length > 0) return false;
  if (plans.length < asked.applications.length || plans.some(({ outcome }) => outcome === 'held')) return false;
  return objectsOf(plans).every(({ action }) => action !== 'unknown');
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
