import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../functions/reporter/alert.ts';
import { type ReporterPorts, reportEnvironment } from '../../../functions/reporter/report.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import { createReadRelease } from '../../../shared/artifacts/read-release.ts';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import type { CommitStatus } from '../../../shared/git/ports.ts';
import { createMemoryObjectStore } from '../../fakes/memory-object-store.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';
import { aDesired, anApplicationState, anAttempt, aRelease } from '../../support/examples.ts';

const silent = { info() {}, warn() {}, error() {} };
const problem = { object: 'Deployment staging/web', message: 'image can’t be pulled' };

/** An environment with one application that is healthy at first. */
async function createWorld() {
  const [state, objects] = [createMemoryStateStore(), createMemoryObjectStore()];
  const release = keys.release('staging', 'sha256:1');
  await objects.putOnce(release, new TextEncoder().encode(JSON.stringify(aRelease({ web: 'sha256:1' }))));
  await state.writeDesired(aDesired({ release }));
  await state.writeAttempt(anAttempt());
  const web = await state.writeApplication(
    anApplicationState({ version: 0, artifact: 'sha256:1', applied: 'sha256:1' }),
  );
  if (web === 'superseded') throw new Error('nobody else writes here');
  const said: CommitStatus[] = [];
  const alerts: Alert[] = [];
  const trouble: { github?: Error; topic?: Error } = {};
  let now = new Date('2026-01-02T03:04:05.000Z');
  const ports: ReporterPorts = {
    ...{ state, reports: state, readRelease: createReadRelease(objects), log: silent, clock: { now: () => now } },
    git: {
      async setStatus(_repository, _revision, status) {
        if (trouble.github !== undefined) throw trouble.github;
        said.push(status);
      },
    },
    async publish(alert) {
      if (trouble.topic !== undefined) throw trouble.topic;
      alerts.push(alert);
    },
    reminderSeconds: 3600,
  };
  let last = web;
  return {
    ...{ state, said, alerts, trouble },
    report: () => reportEnvironment('staging', ports),
    pass: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    async become(phase: 'healthy' | 'failed') {
      const next = await state.writeApplication({ ...last, phase, problems: phase === 'failed' ? [problem] : [] });
      if (next === 'superseded') throw new Error('nobody else writes here');
      last = next;
    },
  };
}

const contexts = (statuses: CommitStatus[]) => statuses.map(({ context, state }) => `${context} ${state}`);

describe('the reporter', () => {
  it('says how a revision stands once, however often it is called', async () => {
    const { report, said, alerts } = await createWorld();
    await report();
    await report();
    expect(contexts(said)).toEqual(['plumbline/staging success']);
    expect(alerts).toEqual([]);
  });

  it('says nothing of an environment of which no revision was looked at', async () => {
    const { report, state } = await createWorld();
    expect(await report()).toBeDefined();
    expect(await state.readReport('production')).toBeUndefined();
  });

  it('tells of a failure on the commit and to people, and of its end', async () => {
    const { report, become, said, alerts } = await createWorld();
    await become('failed');
    await report();
    await become('healthy');
    await report();
    expect(contexts(said)).toEqual([
      'plumbline/staging failure',
      'plumbline/staging/web failure',
      'plumbline/staging success',
      'plumbline/staging/web success',
    ]);
    expect(alerts.map(({ subject }) => subject)).toEqual([
      'Plumbline: staging/web failed at aaaaaaaaaaaa',
      'Plumbline: staging/web works again at aaaaaaaaaaaa',
    ]);
    expect(alerts[0]?.message).toContain('- Deployment staging/web: image can’t be pulled');
    expect(alerts[0]?.message).toContain('The last good state still runs:\n- web: failed');
    expect(alerts[0]?.message).toContain('Next step: mend it with a commit, or revert the commit');
  });

  it('asks to be called when a reminder is due, and reminds then', async () => {
    const { report, become, alerts, state, pass } = await createWorld();
    await become('failed');
    await report();
    expect((await state.readReport('staging'))?.next).toEqual({ at: '2026-01-02T04:04:05.000Z', attempt: 0 });
    pass(3600);
    await report();
    expect(alerts.map(({ subject }) => subject)).toEqual([
      'Plumbline: staging/web failed at aaaaaaaaaaaa',
      'Plumbline: staging/web still fails at aaaaaaaaaaaa',
    ]);
  });

  it('tells people although GitHub fails, and GitHub as soon as it answers: less and less often', async () => {
    const { report, become, said, alerts, trouble, state } = await createWorld();
    await become('failed');
    trouble.github = new TryAgainError('GitHub throttles');
    await report();
    expect(alerts).toHaveLength(1);
    expect((await state.readReport('staging'))?.next).toEqual({ at: '2026-01-02T03:05:05.000Z', attempt: 1 });
    await report();
    expect((await state.readReport('staging'))?.next).toEqual({ at: '2026-01-02T03:06:05.000Z', attempt: 2 });
    delete trouble.github;
    await report();
    expect(contexts(said)).toEqual(['plumbline/staging failure', 'plumbline/staging/web failure']);
    expect(alerts).toHaveLength(1);
  });

  it('asks no more for what GitHub refuses, but tells people that it does', async () => {
    const { report, alerts, trouble, said, become } = await createWorld();
    trouble.github = new RefusedError('the App 3 lacks "Commit statuses: write" on example-org/example-environment');
    await report();
    await report();
    expect(alerts.map(({ subject }) => subject)).toEqual([
      'Plumbline: telling GitHub of staging failed at aaaaaaaaaaaa',
    ]);
    expect(alerts[0]?.message).toContain('lacks "Commit statuses: write"');
    delete trouble.github;
    await become('failed');
    await report();
    expect(said).toHaveLength(2);
    expect(alerts.at(-1)?.subject).toBe('Plumbline: telling GitHub of staging works again at aaaaaaaaaaaa');
  });

  it('tells people later what the topic didn’t take', async () => {
    const { report, become, alerts, trouble, state } = await createWorld();
    await become('failed');
    trouble.topic = new Error('throttled');
    await report();
    expect(await state.readReport('staging')).toMatchObject({ broken: {}, next: { attempt: 1 } });
    delete trouble.topic;
    await report();
    expect(alerts).toHaveLength(1);
    expect(await state.readReport('staging')).toMatchObject({ broken: { web: { revision: 'a'.repeat(40) } } });
  });
});
