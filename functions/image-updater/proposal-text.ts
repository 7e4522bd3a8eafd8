import { formatReference, type ImageReference, shortName } from '../../shared/images/reference.ts';
import { describeProblem } from '../../shared/problem.ts';
import { cell, code } from '../../shared/text/markdown.ts';
import { subjectOf } from './commit-message.ts';
import type { Update, UpdatePlan } from './decide-updates.ts';
import { linkOf } from './source-revisions.ts';
import type { TargetBranch } from './target-branches.ts';
import { memoryTrailers } from './trailers.ts';

export type ProposalText = { title: string; body: string };

/** GitHub takes 65,536 characters. */
const longest = { rows: 50, notes: 20 };

/** What a pull request says: what changes, what doesn't and why, and what merging and closing it mean. */
export function proposalText(target: TargetBranch, plan: UpdatePlan, now: Date): ProposalText {
  const paragraphs = [
    ...promotionOf(target, plan, now),
    tableOf(plan.updates),
    ...leftAlone(plan),
    explanation(target),
    ['```text', ...memoryTrailers(plan.updates), '```'].join('\n'),
  ];
  return {
    title: `${target.environments.map(({ name }) => name).join(', ')}: ${subjectOf(plan.updates)}`,
    body: paragraphs.join('\n\n'),
  };
}

/** Where the versions are proven, since when, and where stands what merging them would do. */
function promotionOf({ environments }: TargetBranch, { promotion }: UpdatePlan, now: Date): string[] {
  if (promotion === undefined) return [];
  const { from, revision, since } = promotion;
  const checks = environments.map(({ name }) => code(`plumbline/${name}`)).join(', ');
  return [
    `These versions run in ${code(from)} at ${revision.slice(0, 12)}, which has been healthy since ${since}, for ${describeTime(now.getTime() - Date.parse(since))} when this was written. ` +
      `What merging it would do stands in a comment below and in the check ${checks}.`,
  ];
}

const units = [
  { name: 'day', milliseconds: 86_400_000 },
  { name: 'hour', milliseconds: 3_600_000 },
  { name: 'minute', milliseconds: 60_000 },
];

/** In the largest unit of which it is at least one: `3 hours`. */
function describeTime(milliseconds: number): string {
  const unit = units.find((each) => milliseconds >= each.milliseconds);
  if (unit === undefined) return 'less than a minute';
  const count = Math.floor(milliseconds / unit.milliseconds);
  return `${count} ${unit.name}${count === 1 ? '' : 's'}`;
}

/** Without trailers: what we close ourselves is nobody's refusal. */
export const closingBody = ({ branch }: TargetBranch, plan: UpdatePlan): string =>
  [`Nothing is left to change: ${code(branch)} has these versions, or they are left alone.`, ...leftAlone(plan)].join(
    '\n\n',
  );

function tableOf(updates: readonly Update[]): string {
  const rows = [...new Set(updates.map(rowOf))];
  const more =
    rows.length > longest.rows ? [`\nand ${rows.length - longest.rows} more; the commit's message has them all`] : [];
  return ['| image | from | to | source |', '|---|---|---|---|', ...rows.slice(0, longest.rows), ...more].join('\n');
}

function rowOf(update: Update): string {
  const { pin, previous } = update;
  const to = `${cell(pin.tag)}<br>${cell(pin.digest)}`;
  return `| ${cell(shortName(pin.repository))} | ${cell(versionOf(previous))} | ${to} | ${sourceOf(update)} |`;
}

function sourceOf({ source, previousSource }: Update): string {
  if (source === undefined) return '';
  const revisions = [previousSource, source].flatMap((one) => one?.revision.slice(0, 7) ?? []).join('...');
  const link = linkOf({ source, ...(previousSource && { previousSource }) });
  return link === undefined ? cell(revisions) : `[${revisions}](${link})`;
}

const versionOf = ({ repository, ...version }: ImageReference) =>
  formatReference({ repository: '', ...version }).replace(/^:/, '') || 'no version';

function leftAlone({ notes }: UpdatePlan): string[] {
  if (notes.length === 0) return [];
  const lines = notes.slice(0, longest.notes).map((note) => `- ${code(describeProblem(note))}`);
  const more = notes.length > longest.notes ? [`- and ${notes.length - longest.notes} more; the log has them all`] : [];
  return [['Left alone:', ...lines, ...more].join('\n')];
}

const explanation = ({ branch, proposals = '' }: TargetBranch) =>
  `Merging this, by any method, deploys it from ${code(branch)}. Newer versions are added here until then. ` +
  'Closing it holds these versions: they are proposed again when there is a newer one, or when this is opened again. ' +
  `Whoever commits to ${code(proposals)} takes it over: it is not changed any more.`;
