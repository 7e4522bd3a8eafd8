import { describe, expect, it } from 'vitest';
import { decideStanding } from '../../../functions/reporter/standing.ts';
import { freshStatuses, keyOf, wantedStatuses } from '../../../functions/reporter/statuses.ts';
import type { EnvironmentView } from '../../../functions/reporter/view.ts';
import type { ReleaseEntry } from '../../../shared/artifacts/release.ts';
import type { Report } from '../../../shared/state/report.ts';
import { aDesired, anApplicationState, anAttempt, aRelease } from '../../support/examples.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `application-${index}`);

type Sources = NonNullable<ReleaseEntry['sources']>;

/** An environment in which these applications fail and the others are healthy. */
function viewOf(
  all: readonly string[],
  failing: readonly string[],
  sources: Record<string, Sources> = {},
): EnvironmentView {
  const applications = all.map((application) => {
    const artifact = `sha256:${application}`;
    return failing.includes(application)
      ? anApplicationState({ application, artifact, phase: 'failed', problems: [{ object: 'Pod a/b', message: 'x' }] })
      : anApplicationState({ application, artifact, applied: artifact });
  });
  const release = aRelease(Object.fromEntries(all.map((name) => [name, `sha256:${name}`])));
  for (const [name, entry] of Object.entries(release.applications)) if (sources[name]) entry.sources = sources[name];
  return { environment: 'staging', attempt: anAttempt(), desired: aDesired(), release, applications };
}

function fresh(view: EnvironmentView, said: Report['statuses'] = {}) {
  const standing = decideStanding(view) ?? expect.fail('a revision was looked at');
  return freshStatuses(wantedStatuses(view, standing, { said, webUrl: 'https://github.com' }), said);
}

const own = { repository: 'example-org/example-environment', revision: 'a'.repeat(40) };
const saidOn = (context: string, place = own) => keyOf({ ...place, status: { context } });
const onOwn = (context: string, status: object) => ({ ...own, status: { context, ...status } });
const healthy = { state: 'success', description: '2 applications applied and healthy' } as const;
const failed = { state: 'failure', description: 'Pod a/b: x' } as const;

describe('the statuses of a commit', () => {
  it('are one of the environment, as long as nothing fails', () => {
    expect(fresh(viewOf(['web', 'api'], []))).toEqual([onOwn('plumbline/staging', healthy)]);
  });

  it('are one more for each application that fails', () => {
    expect(fresh(viewOf(['web', 'api'], ['api']))).toEqual([
      onOwn('plumbline/staging', failed),
      onOwn('plumbline/staging/api', failed),
    ]);
  });

  it('are not set again as long as they say the same', () => {
    const said = { [saidOn('plumbline/staging')]: failed, [saidOn('plumbline/staging/api')]: failed };
    expect(fresh(viewOf(['web', 'api'], ['api']), said)).toEqual([]);
  });

  it('say of an application that works again, or that is gone, that it does', () => {
    const contexts = ['plumbline/staging', 'plumbline/staging/api', 'plumbline/staging/old'];
    const said = Object.fromEntries(contexts.map((context) => [saidOn(context), failed]));
    expect(fresh(viewOf(['web', 'api'], []), said)).toEqual([
      onOwn('plumbline/staging', healthy),
      onOwn('plumbline/staging/api', { state: 'success', description: 'is applied and healthy' }),
      onOwn('plumbline/staging/old', { state: 'success', description: 'is no longer part of this revision' }),
    ]);
  });

  it('say nothing of what failed at another revision', () => {
    const said = { [saidOn('plumbline/staging/api', { ...own, revision: 'b'.repeat(40) })]: failed };
    expect(fresh(viewOf(['web', 'api'], []), said)).toEqual([onOwn('plumbline/staging', healthy)]);
  });

  it('are not more than GitHub lets us write, however many applications fail', () => {
    const all = names(1_000);
    const statuses = fresh(viewOf(all, all));
    expect(statuses).toHaveLength(21);
    expect(statuses[0]?.status.description).toBe('Pod a/b: x (and 999 more)');
  });

  it('keep to the length that GitHub keeps, so that what stands there can be compared', () => {
    const view = viewOf(['web'], []);
    const whole = { state: 'failure' as const, summary: '✗'.repeat(300), problems: [] };
    const standing = { ...(decideStanding(view) ?? expect.fail('a revision was looked at')), whole };
    const [saying] = wantedStatuses(view, standing, { said: {}, webUrl: '' });
    expect(saying?.status.description).toBe(`${'✗'.repeat(139)}…`);
  });
});

describe('the statuses of the commits that images were built from', () => {
  const source = { pin: 'x', repository: 'https://github.com/example-org/web', revision: 'b'.repeat(40) };
  const place = { repository: 'example-org/web', revision: source.revision };
  const targetUrl = `https://github.com/example-org/example-environment/commit/${own.revision}`;

  it('say where the image runs, with a link to the commit that brought it there', () => {
    const [, saying] = fresh(viewOf(['web'], [], { web: [source] }));
    const description = 'runs in staging: is applied and healthy';
    expect(saying).toEqual({
      ...place,
      isCourtesy: true,
      status: { context: 'plumbline/staging/web', state: 'success', description, targetUrl },
    });
  });

  it('say why it doesn’t, and nothing of other applications’ failures', () => {
    const view = viewOf(['web', 'api'], ['api'], { web: [source], api: [{ ...source, revision: 'c'.repeat(40) }] });
    const others = fresh(view).filter(({ repository }) => repository === 'example-org/web');
    expect(others.map(({ revision, status: { state, description } }) => [revision[0], state, description])).toEqual([
      ['b', 'success', 'runs in staging: is applied and healthy'],
      ['c', 'failure', 'in staging: Pod a/b: x'],
    ]);
  });

  it('are told before what is only on its way', () => {
    const view = viewOf(['web', 'api'], [], { web: [source], api: [{ ...source, revision: 'c'.repeat(40) }] });
    Object.assign(view.applications[0] ?? {}, { phase: 'progressing' });
    expect(fresh(view).map(({ status: { state } }) => state)).toEqual(['success', 'pending', 'pending']);
  });

  it.each(['https://gitlab.com/example-org/web', 'https://github.com/example-org', 'https://github.com/a/b/c'])(
    'are not told to %s, which has no commits of GitHub’s',
    (repository) => {
      expect(fresh(viewOf(['web'], [], { web: [{ ...source, repository }] }))).toHaveLength(1);
    },
  );

  it('are at most twenty, and each commit is told once', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...source, revision: String(index).padStart(40, '0') }));
    expect(fresh(viewOf(['web'], [], { web: [...many, ...many] }))).toHaveLength(21);
  });
});
