import type { Notice } from '../../../shared/notices/notice.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { oneLine } from '../../../shared/text/one-line.ts';
import { subjectOf } from './text.ts';

/** What of Slack's message format is used. @see https://docs.slack.dev/reference/block-kit/blocks */
export type SlackMessage = {
  text: string;
  blocks: (
    | { type: 'header'; text: { type: 'plain_text'; text: string } }
    | { type: 'section'; text: { type: 'mrkdwn'; text: string; verbatim: true } }
    | { type: 'context'; elements: { type: 'mrkdwn'; text: string; verbatim: true }[] }
  )[];
};

const limits = { header: 150, section: 3_000, problem: 280 };
const mostProblems = 8;

const signs = { broken: '🔴', changed: '🔴', reminder: '🔴', mended: '🟢', drifted: '🟡', deployed: '🟢' } as const;

/** Hostile text becomes neither a link, nor a mention, nor formatting: Slack takes `<…>` and `&` for its own, and code for what it is. */
export function slackMessage(notice: Notice): SlackMessage {
  const { kind, title, problems, more, next } = notice;
  const header = oneLine(`${signs[kind]} ${title}`).slice(0, limits.header);
  const listed = problems.slice(0, mostProblems).map((problem) => `• ${code(describeProblem(problem))}`);
  const left = more + problems.length - listed.length;
  const body = [
    ...listed,
    ...(left > 0 ? [`• and ${left} more`] : []),
    ...(next === undefined ? [] : [escaped(next.text)]),
    ...(next?.command === undefined ? [] : [code(next.command)]),
  ].join('\n');
  return {
    text: escaped(subjectOf(notice)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: header } },
      ...(body === '' ? [] : [section(body)]),
      { type: 'context', elements: [mrkdwn(contextOf(notice))] },
    ],
  };
}

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text, verbatim: true }) as const;
const section = (text: string) => ({ type: 'section', text: mrkdwn(text.slice(0, limits.section)) }) as const;

function contextOf({ repository, revision, author, next, running }: Notice): string {
  const at = revision === '' ? '' : `@${revision.slice(0, 12)}`;
  const place = escaped(`${repository}${at}`);
  const runs = running.map(({ application, phase }) => `${application} ${phase}`).join(', ');
  return [
    next?.link === undefined ? place : `<${next.link}|${place}>`,
    ...(author === undefined ? [] : [`by ${code(author)}`]),
    ...(runs === '' ? [] : [`still runs: ${escaped(oneLine(runs))}`]),
  ].join(' · ');
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const code = (text: string) => `\`${escaped(oneLine(text).slice(0, limits.problem)).replaceAll('`', "'")}\``;
