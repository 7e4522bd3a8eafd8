import { describe, expect, it } from 'vitest';
import { decideNews, findingsOf, type News, telling, whole } from '../../../functions/reporter/breakages.ts';
import type { Outcome, Standing } from '../../../functions/reporter/standing.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { Report } from '../../../shared/state/report.ts';

const start = new Date('2026-01-02T03:00:00.000Z');
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const problem: Problem = { object: 'Deployment staging/web', message: 'image can’t be pulled' };
const other: Problem = { object: 'Deployment staging/web', message: 'crashes' };

const outcomes: Record<string, Outcome> = {
  failed: { state: 'failure', summary: 'x', problems: [problem] },
  failedOtherwise: { state: 'failure', summary: 'y', problems: [other] },
  pending: { state: 'pending', summary: 'is rolling out', problems: [] },
  healthy: { state: 'success', summary: 'is applied and healthy', problems: [] },
};

type Look = { web?: keyof typeof outcomes; own?: Problem[]; refusals?: Problem[]; isCurrent?: boolean };
type When = { at?: number; revision?: string };

function look({ web, own = [], refusals, isCurrent = true }: Look, known: Report['broken'] = {}, when: When = {}) {
  const found = web === undefined ? [] : [['web', outcomes[web]] as [string, Outcome]];
  const standing: Standing = {
    whole: { state: 'pending', summary: '', problems: [] },
    problems: own,
    isCurrent,
    applications: new Map(found),
  };
  const { at = 0, revision = 'a' } = when;
  return decideNews(findingsOf(standing, refusals), known, { now: later(at), revision, reminderSeconds: 3600 });
}

const kinds = (news: readonly News[]) => news.map(({ kind, what }) => `${what} ${kind}`);
const { broken } = look({ web: 'failed' });

describe('what is told to people', () => {
  it('is nothing where nothing is broken', () => {
    expect(look({ web: 'healthy' })).toEqual({ news: [], broken: {}, remindAt: undefined });
  });

  it('is once that something broke', () => {
    const first = look({ web: 'failed' });
    expect(first.news).toEqual([{ kind: 'broken', what: 'web', since: start.toISOString(), problems: [problem] }]);
    expect(look({ web: 'failed' }, first.broken, { at: 60 })).toEqual({ ...first, news: [] });
  });

  it.each<[string, Look, When, string[]]>([
    ['nothing while it is tried again', { web: 'pending' }, { at: 60 }, []],
    ['nothing while the newer revision is being rendered', { isCurrent: false }, { at: 60, revision: 'b' }, []],
    ['nothing when it fails otherwise, at the same revision', { web: 'failedOtherwise' }, { at: 60 }, []],
    ['nothing when it fails the same way at another revision', { web: 'failed' }, { at: 60, revision: 'b' }, []],
    [
      'that it fails otherwise, at another revision',
      { web: 'failedOtherwise' },
      { at: 60, revision: 'b' },
      ['web changed'],
    ],
    ['a reminder when the time has come', { web: 'failed' }, { at: 3600 }, ['web reminder']],
    ['that it is mended', { web: 'healthy' }, { at: 60 }, ['web mended']],
    ['that it is mended, when it is gone', {}, { at: 60 }, ['web mended']],
  ])('is then %s', (_name, next, when, expected) => {
    expect(kinds(look(next, broken, when).news)).toEqual(expected);
  });

  it('keeps since when it is broken, through reminders and other reasons', () => {
    const reminded = look({ web: 'failed' }, broken, { at: 3600 });
    expect(reminded.news[0]?.since).toBe(start.toISOString());
    expect(reminded.remindAt).toEqual(later(7200));
    const mended = look({ web: 'healthy' }, reminded.broken, { at: 3700 });
    expect(mended).toMatchObject({ news: [{ since: start.toISOString() }], broken: {}, remindAt: undefined });
  });

  it('reminds of nothing that is being tried again', () => {
    expect(look({ web: 'pending' }, broken, { at: 7200 })).toEqual({ news: [], broken, remindAt: undefined });
  });

  it('is apart for the revision as a whole', () => {
    const first = look({ web: 'healthy', own: [problem] });
    expect(kinds(first.news)).toEqual([`${whole} broken`]);
    expect(kinds(look({ web: 'healthy', isCurrent: false }, first.broken).news)).toEqual([]);
    expect(kinds(look({ web: 'healthy' }, first.broken).news)).toEqual([`${whole} mended`]);
  });

  it('is also that GitHub can’t be told, until something can be', () => {
    const first = look({ web: 'healthy', refusals: [{ message: 'the App lacks "Commit statuses: write"' }] });
    expect(kinds(first.news)).toEqual([`${telling} broken`]);
    expect(kinds(look({ web: 'healthy' }, first.broken).news)).toEqual([]);
    expect(kinds(look({ web: 'healthy', refusals: [] }, first.broken).news)).toEqual([`${telling} mended`]);
  });
});
