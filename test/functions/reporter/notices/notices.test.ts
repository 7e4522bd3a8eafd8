import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { News } from '../../../../functions/reporter/breakages.ts';
import { telling, whole } from '../../../../functions/reporter/breakages.ts';
import { composeNotice } from '../../../../functions/reporter/notices/compose.ts';
import { isMeantFor } from '../../../../functions/reporter/notices/routes.ts';
import { slackMessage } from '../../../../functions/reporter/notices/slack.ts';
import { subjectOf, textOf } from '../../../../functions/reporter/notices/text.ts';
import { type Receiver, receiverSchema } from '../../../../shared/config/receivers.ts';
import { type Notice, noticeSchema } from '../../../../shared/notices/notice.ts';
import { aDesired, anApplicationState, anAttempt, aRelease } from '../../../support/examples.ts';

const now = new Date('2026-01-02T03:04:05.000Z');
const since = '2026-01-02T03:00:00.000Z';
const problem = {
  file: 'applications/web/deployment.yaml',
  line: 7,
  object: 'Deployment staging/web',
  message: 'crashes',
};
const view = {
  environment: 'staging',
  attempt: anAttempt(),
  desired: aDesired(),
  release: aRelease({ web: 'sha256:1' }),
  applications: [anApplicationState({ applied: 'sha256:0', revision: 'b'.repeat(40), phase: 'failed' })],
};
const notice = (news: Partial<News>): Notice =>
  composeNotice(
    view,
    { kind: 'broken', what: 'web', since, problems: [problem], ...news },
    { now, webUrl: 'https://github.com' },
  );

describe('a notice', () => {
  it('names environment, application, revision, object, reason, what still runs, and the next step', () => {
    expect(subjectOf(notice({}))).toBe('Plumbline: staging/web failed at aaaaaaaaaaaa');
    expect(textOf({ ...notice({}), author: 'ada' })).toBe(`Environment: staging
Application: web
Revision: ${'a'.repeat(40)} of example-org/example-environment
Author: ada

- applications/web/deployment.yaml:7: Deployment staging/web: crashes

The last good state still runs:
- web: failed, last handled at bbbbbbbbbbbb

Next step: Mend it with a commit, or revert the commit; either is deployed as soon as it is pushed.
git revert ${'a'.repeat(40)}
https://github.com/example-org/example-environment/commit/${'a'.repeat(40)}`);
  });

  it.each<[Partial<News>, string, string]>([
    [{ kind: 'changed' }, 'staging/web fails in another way', 'error'],
    [{ kind: 'reminder' }, 'staging/web still fails', 'error'],
    [{ kind: 'mended', problems: [] }, 'staging/web works again', 'error'],
    [{ kind: 'drifted' }, 'staging/web was changed by hand', 'warning'],
    [{ kind: 'deployed', what: whole, problems: [] }, 'staging is deployed and healthy', 'info'],
    [{ what: whole }, 'staging failed', 'error'],
    [{ what: telling }, 'telling GitHub about staging failed', 'error'],
  ])('of %j is entitled "%s", as %s', (news, title, severity) => {
    expect(notice(news)).toMatchObject({ title, severity });
  });

  it('has the same id however often it is composed, but for reminders', () => {
    const later = (kind: News['kind']) =>
      composeNotice(view, { kind, what: 'web', since, problems: [] }, { now: new Date(), webUrl: '' }).id;
    expect(later('mended')).toBe(notice({ kind: 'mended', problems: [] }).id);
    expect(later('reminder')).not.toBe(notice({ kind: 'reminder', problems: [] }).id);
  });

  it('stays small whatever there is to tell', () => {
    const huge = { ...problem, message: 'x'.repeat(10_000) };
    const composed = notice({ problems: Array.from({ length: 100 }, () => huge) });
    expect(composed).toMatchObject({ more: 80 });
    expect(JSON.stringify(composed).length).toBeLessThan(30_000);
    expect(textOf(composed)).toContain('- and 80 more');
  });
});

describe('who gets a notice', () => {
  const receiver = (part: object): Receiver => receiverSchema.parse({ slack: 'plumbline/slack', ...part });
  it.each<[object, Partial<News>, boolean]>([
    [{}, { kind: 'broken' }, true],
    [{}, { kind: 'mended' }, true],
    [{}, { kind: 'drifted' }, false],
    [{ severity: 'warning' }, { kind: 'drifted' }, true],
    [{ severity: 'warning' }, { kind: 'deployed' }, false],
    [{ severity: 'info' }, { kind: 'deployed' }, true],
    [{ environments: ['staging'] }, { kind: 'broken' }, true],
    [{ environments: ['production'] }, { kind: 'broken' }, false],
  ])('%j: %j → %s', (part, news, expected) => {
    expect(isMeantFor(receiver(part), notice(news))).toBe(expected);
  });
});

/** Slack's own marks: links, mentions and channels stand in angle brackets. */
const marks = (text: string) => text.match(/<[^>]*>/g) ?? [];

describe('a message of Slack’s', () => {
  it('tells the same in blocks', () => {
    const message = slackMessage({ ...notice({}), author: 'ada' });
    expect(message.blocks).toEqual([
      { type: 'header', text: { type: 'plain_text', text: '🔴 staging/web failed' } },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          verbatim: true,
          text: `• \`applications/web/deployment.yaml:7: Deployment staging/web: crashes\`\nMend it with a commit, or revert the commit; either is deployed as soon as it is pushed.\n\`git revert ${'a'.repeat(40)}\``,
        },
      },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            verbatim: true,
            text: `<https://github.com/example-org/example-environment/commit/${'a'.repeat(40)}|example-org/example-environment@aaaaaaaaaaaa> · by \`ada\` · still runs: web failed`,
          },
        ],
      },
    ]);
  });

  it('fault 63: takes no link, mention or formatting out of hostile text, and keeps to Slack’s limits', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('<!channel>', '<@U1>', '<https://evil.example|ok>', '`*_~', '&lt;', '\n```\n', '‮'),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 30 }), hostile, (messages, author) => {
        const problems = messages.map((message) => ({ object: message, message }));
        const { text, blocks } = slackMessage({ ...notice({ problems }), author });
        const [header, ...others] = blocks;
        const bodies = others.flatMap((block) => (block.type === 'context' ? block.elements : [block.text]));
        expect(header?.type === 'header' && header.text.text.length).toBeLessThanOrEqual(150);
        expect(marks(text)).toEqual([]);
        expect(bodies.flatMap((body) => marks(body.text)).map((mark) => mark.slice(0, 20))).toEqual([
          '<https://github.com/',
        ]);
        for (const body of bodies) {
          expect(body.text.length).toBeLessThanOrEqual(3_000);
          expect((body.text.match(/`/g) ?? []).length % 2).toBe(0);
        }
      }),
    );
  });

  it('fault 63: a hostile author or problem adds no line to a mail’s head', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const subject = subjectOf({ ...notice({}), title: text });
        expect(subject.length).toBeLessThanOrEqual(100);
        expect(subject).not.toMatch(/[\p{Cc}]/u);
        expect(textOf({ ...notice({}), author: text }).split('\n')[3]).toMatch(/^Author: /);
      }),
    );
  });
});

describe('the schema of notices', () => {
  it('takes every notice there is', () => {
    for (const kind of noticeSchema.shape.kind.options)
      expect(noticeSchema.parse(notice({ kind }))).toEqual(notice({ kind }));
  });
});
