import { digestOf } from '../../../shared/artifacts/digest.ts';
import type { Plan } from '../../../shared/artifacts/plan.ts';
import type { Check } from '../../../shared/git/pull-request-ports.ts';
import { describeProblem, type Problem } from '../../../shared/problem.ts';
import { code } from '../../../shared/text/markdown.ts';
import { annotationsFor } from './annotations.ts';
import { actions, countActions, objectsOf } from './count.ts';
import { describeObject } from './describe-object.ts';
import { fitBlocks } from './fit.ts';
import { type Verdict, verdictOn } from './verdict.ts';
import type { View } from './view.ts';

/** GitHub takes 65,536 characters of a comment, and 65,535 of a check's summary and text each. Bytes are never fewer than characters. */
const longestBytes = 62_000;
/** With more objects than this each is folded. */
const unfoldedObjects = 8;
/** Of each list, so that even the longest ones leave room for the plan. */
const mostProblems = 20;

/** Above the comment. */
const titleOf = (environment: string) => `### ${code(environment)}: what merging would do`;

export type Composed = {
  /** Whether there is anything to say to people who look at the pull request only. */
  isWorthAComment: boolean;
  /** @param checkUrl where the rest stands, if it is too long */
  comment(checkUrl: string | undefined): string;
  check: Check;
};

/** By this our own comment is found again. */
export const markerOf = (environment: string) => `<!-- plumbline:plan:${environment} -->`;

/** What is said of a pull request that is decided: in a comment, and in a check whose page has what the comment has no room for. */
export function compose(view: View): Composed {
  const { state, plans } = view;
  const verdict = verdictOn(view);
  const introduction = introductionOf(view, verdict);
  const blocks = blocksOf(plans);
  const head = [markerOf(state.environment), titleOf(state.environment), ...introduction];
  const inComment = fitBlocks(blocks, longestBytes - Buffer.byteLength(head.join('\n\n')) - 500);
  const inText = fitBlocks(inComment.rest.length > 0 ? inComment.rest : blocks, longestBytes);
  return {
    isWorthAComment: state.phase === 'refused' || blocks.length + state.problems.length + state.notes.length > 0,
    comment: (checkUrl) => [...head, ...inComment.shown, ...restOf(inComment.rest, checkUrl)].join('\n\n'),
    check: checkOf(view, verdict, { introduction, text: [...inText.shown, ...restOf(inText.rest, undefined)] }),
  };
}

/** While it isn't decided. */
export const pendingCheck: Check = {
  digest: 'planning',
  title: 'Being planned',
  summary: 'What merging would give is rendered, and the cluster is asked about it.',
  text: '',
  annotations: [],
};

/** It was closed before it was decided. */
export const cancelledCheck: Check = {
  ...pendingCheck,
  digest: 'cancelled',
  conclusion: 'cancelled',
  title: 'Not planned any more',
  summary: 'The pull request was closed, or became a draft, before there was a plan.',
};

function checkOf(view: View, { conclusion, title }: Verdict, parts: { introduction: string[]; text: string[] }): Check {
  const summary = parts.introduction.join('\n\n');
  const said = { conclusion, title, summary, text: parts.text.join('\n\n'), annotations: annotationsFor(view) };
  return { digest: digestOf(JSON.stringify(said)), ...said };
}

function introductionOf(view: View, verdict: Verdict): string[] {
  const { state } = view;
  return [
    `**${verdict.title}** at ${code(state.head.slice(0, 12))}${stayingOf(view)}`,
    ...(verdict.advice === undefined ? [] : [verdict.advice]),
    ...listOf('To be mended:', [...state.problems]),
    ...listOf('To be known:', [...state.notes]),
    ...leftOf(view),
  ];
}

/** How much stays as it is. */
function stayingOf({ state: { asked, phase }, plans }: View): string {
  if (phase === 'refused' || asked === undefined) return '.';
  const objects = plans.reduce((sum, { unchanged }) => sum + unchanged, 0);
  const parts = [
    ...(asked.unchanged > 0 ? [plural(asked.unchanged, 'application')] : []),
    ...(objects > 0 ? [`${plural(objects, 'object')} of others`] : []),
  ];
  return parts.length === 0 ? '.' : `; ${parts.join(' and ')} would stay as they are.`;
}

function leftOf({ state: { asked }, plans }: View): string[] {
  if (asked === undefined) return [];
  const lost = asked.applications.length - plans.length;
  return [
    ...(asked.left > 0
      ? [`${plural(asked.left, 'more application')} would change, and no plan was made of them.`]
      : []),
    ...(lost > 0 ? [`Of ${plural(lost, 'application')} there is no plan.`] : []),
  ];
}

function listOf(title: string, problems: readonly Problem[]): string[] {
  if (problems.length === 0) return [];
  const lines = problems.slice(0, mostProblems).map((problem) => `- ${code(describeProblem(problem))}`);
  const more = problems.length > mostProblems ? [`- and ${problems.length - mostProblems} more`] : [];
  return [[title, '', ...lines, ...more].join('\n')];
}

/** Each stands for itself, so that they can be cut between any two. */
function blocksOf(plans: readonly Plan[]): string[] {
  const isFolded = objectsOf(plans).length > unfoldedObjects;
  return plans.filter(hasNews).flatMap((plan) => {
    const sorted = actions.flatMap((action) => plan.objects.filter((each) => each.action === action));
    return [
      `#### ${code(plan.application)}${outcomeOf(plan)}`,
      ...listOf('Why:', plan.problems),
      ...listOf('Warnings:', plan.warnings),
      ...sorted.map((planned) => describeObject(planned, isFolded)),
    ];
  });
}

const hasNews = ({ outcome, objects, warnings, isRemoval }: Plan) =>
  outcome !== 'planned' || objects.length + warnings.length > 0 || isRemoval;

const outcomes: Record<Plan['outcome'], string> = {
  planned: '',
  refused: 'would be refused as a whole',
  held: 'would not be applied',
  failed: 'could not be planned',
};

function outcomeOf({ outcome, objects, isRemoval }: Plan): string {
  const parts = [isRemoval ? 'no longer in Git' : '', outcomes[outcome], countActions(objects)].filter(Boolean);
  return parts.length === 0 ? '' : `: ${parts.join('; ')}`;
}

function restOf(rest: readonly string[], url: string | undefined): string[] {
  if (rest.length === 0) return [];
  const where = url === undefined ? 'is too long for GitHub' : `stands on [the page of the check](${url})`;
  return [`**There is more: the rest of the plan (${plural(rest.length, 'piece')}) ${where}.**`];
}

const plural = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;
