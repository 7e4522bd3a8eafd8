import { describe, expect, it } from 'vitest';
import { reportPullRequest } from '../../../../functions/reporter/pull-request/report.ts';
import { keys } from '../../../../shared/artifacts/keys.ts';
import type { Plan } from '../../../../shared/artifacts/plan.ts';
import { RefusedError, TryAgainError } from '../../../../shared/errors.ts';
import type { Check } from '../../../../shared/git/pull-request-ports.ts';
import type { PullRequestState } from '../../../../shared/state/pull-request.ts';
import { aPullRequest } from '../../../contracts/pull-request-store.ts';
import { createMemoryObjectStore } from '../../../fakes/memory-object-store.ts';
import { createMemoryPullRequestStore } from '../../../fakes/memory-pull-request-store.ts';

const planOf = (application: string, objects: Plan['objects'], more: Partial<Plan> = {}): Plan => ({
  version: 1,
  id: '7-3',
  environment: 'staging',
  application,
  release: 'releases/staging/0.json',
  at: '2026-01-02T03:04:05.000Z',
  isRemoval: false,
  outcome: 'planned',
  problems: [],
  warnings: [],
  unchanged: 0,
  objects,
  ...more,
});
const created: Plan['objects'] = [{ object: 'ConfigMap staging/a', action: 'create' }];

function createWorld() {
  const pullRequests = createMemoryPullRequestStore();
  const objects = createMemoryObjectStore();
  const checks: (Check & { id: number; revision: string })[] = [];
  const comments: { id: number; body: string }[] = [];
  const writes: string[] = [];
  const errors: unknown[] = [];
  let failure: { call: string; error: Error } | undefined;
  const count = (call: string) => {
    if (failure?.call === call) throw failure.error;
    writes.push(call);
  };
  const git = {
    async check(_: string, revision: string) {
      const found = checks.findLast((check) => check.revision === revision);
      return (
        found && { id: found.id, digest: found.digest, isOver: found.conclusion !== undefined, url: `run/${found.id}` }
      );
    },
    async addCheck(_: string, revision: string, check: Check & { name: string }) {
      count('addCheck');
      checks.push({ ...check, revision, id: checks.length + 1 });
      return `run/${checks.length}`;
    },
    async changeCheck(_: string, id: number, check: Check) {
      count('changeCheck');
      Object.assign(checks[id - 1] as Check, check);
    },
    comment: async (_: string, __: number, marker: string) => comments.find(({ body }) => body.startsWith(marker)),
    async addComment(_: string, __: number, body: string) {
      count('addComment');
      comments.push({ id: comments.length + 1, body });
    },
    async changeComment(_: string, id: number, body: string) {
      count('changeComment');
      Object.assign(comments[id - 1] as object, { body });
    },
  };
  const log = {
    info() {},
    warn() {},
    error: (_: string, details?: Record<string, unknown>) => void errors.push(details?.error),
  };
  const put = (plan: Plan) =>
    objects.putOnce(keys.plan('staging', plan.application, plan.id), Buffer.from(JSON.stringify(plan)));
  return {
    checks,
    comments,
    errors,
    /** What was written since it was asked last. */
    writes: () => writes.splice(0),
    failOn: (call: string, error: Error) => {
      failure = { call, error };
    },
    work: () => {
      failure = undefined;
    },
    async become(state: Partial<PullRequestState>, ...plans: Plan[]) {
      for (const plan of plans) await put(plan);
      await pullRequests.writePullRequest(aPullRequest(state));
      await reportPullRequest('staging', 7, { pullRequests, objects, git, log });
    },
  };
}

const asked = (done: Record<string, Plan['outcome']>, id = '7-3') => ({
  ...aPullRequest().asked,
  id,
  release: 'r',
  applications: ['api', 'web'],
  left: 0,
  unchanged: 0,
  at: '2026-01-02T03:04:05.000Z',
  done,
});

describe('telling a pull request', () => {
  it('begins a check at once, waits for every plan, and then ends it and comments', async () => {
    const world = createWorld();
    await world.become({ phase: 'rendering', asked: undefined });
    expect(world.checks).toMatchObject([{ title: 'Being planned' }]);
    await world.become({ asked: asked({}) });
    await world.become({ asked: asked({ web: 'planned' }) }, planOf('web', created));
    expect(world.writes()).toEqual(['addCheck']);
    await world.become({ asked: asked({ web: 'planned', api: 'planned' }) }, planOf('api', []));
    expect(world.writes()).toEqual(['changeCheck', 'addComment']);
    expect(world.checks).toMatchObject([{ conclusion: 'success', title: '1 created' }]);
    expect(world.comments[0]?.body).toContain('**create** `ConfigMap staging/a`');
  });

  it('says nothing twice', async () => {
    const world = createWorld();
    const state = { asked: asked({ web: 'planned', api: 'planned' }) };
    await world.become(state, planOf('web', created), planOf('api', []));
    world.writes();
    await world.become(state);
    expect(world.writes()).toEqual([]);
  });

  it('edits the one comment, and gives the check an answer anew where it was over', async () => {
    const world = createWorld();
    await world.become({ asked: asked({ web: 'planned', api: 'planned' }) }, planOf('web', created), planOf('api', []));
    world.writes();
    // The branch has moved: until the new plan is there the old answer stands.
    await world.become({ phase: 'rendering', asked: undefined });
    expect(world.writes()).toEqual([]);
    const refused: Plan['objects'] = [
      { object: 'ConfigMap staging/a', action: 'refuse', message: 'no', retryable: false },
    ];
    await world.become(
      { asked: asked({ web: 'planned', api: 'planned' }, '7-4') },
      planOf('web', refused, { id: '7-4' }),
      planOf('api', [], { id: '7-4' }),
    );
    expect(world.writes()).toEqual(['addCheck', 'changeComment']);
    expect(world.checks.map(({ conclusion }) => conclusion)).toEqual(['success', 'failure']);
    expect(world.comments).toHaveLength(1);
  });

  it('does not comment where nothing would change, unless it said something else before', async () => {
    const world = createWorld();
    const none = { asked: { ...asked({}), applications: [] } };
    await world.become(none);
    expect(world.comments).toEqual([]);
    expect(world.checks).toMatchObject([{ conclusion: 'success', title: 'Nothing would change' }]);
    await world.become({ head: 'c'.repeat(40), phase: 'refused', refusal: 'conflict', asked: undefined });
    await world.become({ head: 'd'.repeat(40), ...none });
    expect(world.comments).toHaveLength(1);
    expect(world.comments[0]?.body).toContain('Nothing would change');
  });

  it.each([
    ['fork', 'action_required', /must agree/],
    ['conflict', 'failure', /conflicts with its base/],
    ['broken', 'failure', /can't be read/],
    ['overdue', 'failure', /did not come in time/],
    ['unanswered', 'failure', /GitHub did not say/],
  ] as const)('fault 63: says clearly that it is refused: %s', async (refusal, conclusion, words) => {
    const world = createWorld();
    await world.become({ phase: 'refused', refusal, asked: undefined });
    expect(world.checks).toMatchObject([{ conclusion }]);
    expect(world.comments[0]?.body).toMatch(words);
  });

  it('ends the check of one that was closed before there was a plan, and leaves alone one that is over', async () => {
    const world = createWorld();
    await world.become({ phase: 'rendering', asked: undefined });
    await world.become({ phase: 'closed', asked: undefined });
    expect(world.checks).toMatchObject([{ conclusion: 'cancelled' }]);
    world.writes();
    await world.become({ phase: 'closed', asked: undefined });
    expect(world.writes()).toEqual([]);
  });

  it('fault 14: comments although the App may not write checks, and names the reason in the log', async () => {
    const world = createWorld();
    world.failOn('addCheck', new RefusedError('may not: Checks: write'));
    await world.become({ phase: 'refused', refusal: 'conflict', asked: undefined });
    expect(world.writes()).toEqual(['addComment']);
    expect(world.errors).toMatchObject([{ message: 'may not: Checks: write' }]);
  });

  it('fault 18: tells it when it is asked again, if GitHub did not take it', async () => {
    const world = createWorld();
    world.failOn('addComment', new TryAgainError('could not comment'));
    await world.become({ phase: 'refused', refusal: 'conflict', asked: undefined });
    expect(world.comments).toEqual([]);
    world.work();
    await world.become({ phase: 'refused', refusal: 'conflict', asked: undefined, at: 'later' });
    expect(world.comments).toHaveLength(1);
    expect(world.checks).toHaveLength(1);
  });

  it('tells of a plan that has expired that it is not there', async () => {
    const world = createWorld();
    await world.become({ asked: asked({ web: 'planned', api: 'planned' }) }, planOf('web', created));
    expect(world.checks).toMatchObject([{ conclusion: 'neutral' }]);
    expect(world.comments[0]?.body).toContain('Of 1 application there is no plan.');
  });
});
