import type { PlannedObject } from '../../../shared/artifacts/plan.ts';
import { code, fenced, htmlCode } from '../../../shared/text/markdown.ts';

/** Longer differences are folded, so that the next object is seen. */
const unfolded = 12;
const longestReason = 2000;

/** One object as a piece of Markdown that stands for itself. */
export function describeObject(planned: PlannedObject, isFolded: boolean): string {
  const lines = linesOf(planned);
  if (lines.length === 0) return `- ${titleOf(planned, markdown)}`;
  const language = planned.action === 'change' ? 'diff' : 'text';
  if (!isFolded && lines.length <= unfolded) return `${titleOf(planned, markdown)}\n\n${fenced(language, lines)}`;
  return `<details><summary>${titleOf(planned, html)}</summary>\n\n${fenced(language, lines)}\n\n</details>`;
}

const verbs: Record<PlannedObject['action'], string> = {
  create: 'create',
  change: 'change',
  replace: 'delete and create anew',
  run: 'run the hook',
  adopt: 'is there already:',
  refuse: 'refused:',
  prune: 'prune',
  keep: 'keep',
  unknown: 'not looked at:',
};

type Markup = { code(text: string): string; bold(text: string): string };

const markdown: Markup = { code, bold: (text) => `**${text}**` };
const html: Markup = { code: htmlCode, bold: (text) => `<b>${text}</b>` };

function titleOf(planned: PlannedObject, { code, bold }: Markup): string {
  const { action, object, file, line } = planned;
  const place = file === undefined ? '' : ` from ${code(line === undefined ? file : `${file}:${line}`)}`;
  const event = planned.action === 'run' ? ` (${code(planned.event)})` : '';
  return `${bold(verbs[action])} ${code(object)}${event}${place}`;
}

/** What there is to say beyond its name. */
function linesOf(planned: PlannedObject): string[] {
  switch (planned.action) {
    case 'change':
      return [...planned.differences.flatMap(differenceOf), ...moreOf(planned), ...uncheckedOf(planned)];
    case 'create':
    case 'run':
      return uncheckedOf(planned);
    case 'replace':
      return planned.fields.map((field) => `${field} can't be changed`);
    case 'refuse':
      return reasonOf(planned.message);
    case 'adopt':
      return [`it is ${planned.owner}'s`, ...reasonOf(planned.because)];
    case 'keep':
    case 'unknown':
      return reasonOf(planned.because);
    case 'prune':
      return [];
  }
}

type Change = PlannedObject & { action: 'change' };

const absent = '(absent)';

function differenceOf({ field, from, to }: Change['differences'][number]): string[] {
  return [...(from === absent ? [] : [`- ${field}: ${from}`]), ...(to === absent ? [] : [`+ ${field}: ${to}`])];
}

const moreOf = ({ more }: Change) => (more === undefined ? [] : [`# and ${more} more fields`]);

const uncheckedOf = ({ unchecked }: { unchecked?: string | undefined }) =>
  unchecked === undefined ? [] : [`# not asked of the cluster: ${unchecked}`];

/** An admission webhook's words may have lines of their own. */
const reasonOf = (text: string) => text.slice(0, longestReason).split(/\r?\n/);
