import { describe, expect, it } from 'vitest';
import { subjectOf, textOf } from '../../../functions/reporter/notices/text.ts';
import { type ReporterPorts, reportEnvironment } from '../../../functions/reporter/report.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import { createReadRelease } from '../../../shared/artifacts/read-release.ts';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import type { CommitStatus } from '../../../shared/git/ports.ts';
import type { Notice } from '../../../shared/notices/notice.ts';
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
  await state.writeAttempt(anAttempt({ author: 'ada' }));
  const web = await state.writeApplication(
    anApplicationState({ version: 0, artifact: 'sha256:1', applied: 'sha256:1' }),
  );
  if (web === 'superseded') throw new Error('nobody else writes here');
  const said: CommitStatus[] = [];
  const deployments: string[] = [];
  const notices: Notice[] = [];
  const others: Notice[] = [];
  const trouble: { github?: Error; topic?: Error; other?: Error } = {};
  let now = new Date('2026-01-02T03:04:05.000Z');
  const ports: ReporterPorts = {
    ...{ state, reports: state, readRelease: createReadRelease(objects), log: silent, clock: { now: () => now } },
    git: {
      async setStatus(_repository, _revision, status) {
        if (trouble.github !== undefined) throw trouble.github;
        said.push(status);
      },
      async deployment(_repository, revision) {
        if (trouble.github !== undefined) throw trouble.github;
        deployments.push(`created for ${revision.slice(0, 4)}`);
        return deployments.length;
      },
      async setDeployment(_repository, id, { state, environmentUrl }) {
        if (trouble.github !== undefined) throw trouble.github;
        deployments.push(`${id} ${state} ${environmentUrl}`);
      },
    },
    recipients: [
      {
        name: 'topic',
        wants: ({ severity }) => severity === 'error',
        async send(notice) {
          if (trouble.topic !== undefined) throw trouble.topic;
          notices.push(notice);
        },
      },
      {
        name: 'webhook other',
        wants: () => true,
        async send(notice) {
          if (trouble.other !== undefined) throw trouble.other;
          others.push(notice);
        },
      },
    ],
    webUrl: 'https://github.com',
    links: () => ({ environmentUrl: 'https://staging.example.com' }),
    reminderSeconds: 3600,
  };
  let last = web;
  return {
    ...{ state, said, deployments, notices, others, trouble },
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
    const { report, said, notices } = await createWorld();
    await report();
    await report();
    expect(contexts(said)).toEqual(['plumbline/staging success']);
    expect(notices).toEqual([]);
  });

  it('says nothing of an environment of which no revision was looked at', async () => {
    const { report, state } = await createWorld();
    expect(await report()).toBeDefined();
    expect(await state.readReport('production')).toBeUndefined();
  });

  it('keeps a Deployment for the revision, and says what becomes of it, each thing once', async () => {
    const { report, become, deployments, trouble } = await createWorld();
    trouble.github = new TryAgainError('GitHub throttles');
    await report();
    expect(deployments).toEqual([]);
    delete trouble.github;
    await report();
    await report();
    await become('failed');
    await report();
    const url = 'https://staging.example.com';
    expect(deployments).toEqual(['created for aaaa', `1 success ${url}`, `1 failure ${url}`]);
  });

  it('tells of a failure on the commit and to people, and of its end', async () => {
    const { report, become, said, notices } = await createWorld();
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
    expect(notices.map(subjectOf)).toEqual([
      'Plumbline: staging/web failed at aaaaaaaaaaaa',
      'Plumbline: staging/web works again at aaaaaaaaaaaa',
    ]);
    const message = textOf(notices[0] ?? expect.fail('nothing was told'));
    expect(message).toContain('Author: ada');
    expect(message).toContain('- Deployment staging/web: image can’t be pulled');
    expect(message).toContain('The last good state still runs:\n- web: failed');
    expect(message).toContain('Next step: Mend it with a commit, or revert the commit');
  });

  it('asks to be called when a reminder is due, and reminds then', async () => {
    const { report, become, notices, state, pass } = await createWorld();
    await become('failed');
    await report();
    expect((await state.readReport('staging'))?.next).toEqual({ at: '2026-01-02T04:04:05.000Z', attempt: 0 });
    pass(3600);
    await report();
    expect(notices.map(subjectOf)).toEqual([
      'Plumbline: staging/web failed at aaaaaaaaaaaa',
      'Plumbline: staging/web still fails at aaaaaaaaaaaa',
    ]);
  });

  it('tells people although GitHub fails, and GitHub as soon as it answers: less and less often', async () => {
    const { report, become, said, notices, trouble, state } = await createWorld();
    await become('failed');
    trouble.github = new TryAgainError('GitHub throttles');
    await report();
    expect(notices).toHaveLength(1);
    expect((await state.readReport('staging'))?.next).toEqual({ at: '2026-01-02T03:05:05.000Z', attempt: 1 });
    await report();
    expect((await state.readReport('staging'))?.next).toEqual({ at: '2026-01-02T03:06:05.000Z', attempt: 2 });
    delete trouble.github;
    await report();
    expect(contexts(said)).toEqual(['plumbline/staging failure', 'plumbline/staging/web failure']);
    expect(notices).toHaveLength(1);
  });

  it('asks no more for what GitHub refuses, but tells people that it does', async () => {
    const { report, notices, trouble, said, become } = await createWorld();
    trouble.github = new RefusedError('the App 3 lacks "Commit statuses: write" on example-org/example-environment');
    await report();
    await report();
    expect(notices.map(subjectOf)).toEqual(['Plumbline: telling GitHub about staging failed at aaaaaaaaaaaa']);
    expect(textOf(notices[0] ?? expect.fail('nothing was told'))).toContain('lacks "Commit statuses: write"');
    delete trouble.github;
    await become('failed');
    await report();
    expect(said).toHaveLength(2);
    expect(subjectOf(notices.at(-1) ?? expect.fail('nothing was told'))).toBe(
      'Plumbline: telling GitHub about staging works again at aaaaaaaaaaaa',
    );
  });

  it('tells people later what the topic didn’t take', async () => {
    const { report, become, notices, trouble, state } = await createWorld();
    await become('failed');
    trouble.topic = new Error('throttled');
    await report();
    expect(await state.readReport('staging')).toMatchObject({ outbox: [{ to: 'topic' }], next: { attempt: 1 } });
    delete trouble.topic;
    await report();
    expect(notices).toHaveLength(1);
    expect(await state.readReport('staging')).toMatchObject({ broken: { web: { revision: 'a'.repeat(40) } } });
  });

  it('sends nobody anything twice because another could not be told', async () => {
    const { report, become, notices, others, trouble, state } = await createWorld();
    await become('failed');
    trouble.other = new TryAgainError('it does not answer');
    await report();
    delete trouble.other;
    await report();
    expect(notices.map(({ kind }) => kind)).toEqual(['broken']);
    expect(others.map(({ kind }) => kind)).toEqual(['broken']);
    expect((await state.readReport('staging'))?.outbox).toEqual([]);
  });

  it('tells the others that somebody can’t be told any more, and when they can again', async () => {
    const { report, become, notices, others, trouble } = await createWorld();
    trouble.other = new RefusedError('the webhook was removed');
    await report();
    await report();
    expect(notices.map(subjectOf)).toEqual(['Plumbline: telling webhook other about staging failed at aaaaaaaaaaaa']);
    delete trouble.other;
    await become('failed');
    await report();
    expect(others.map(({ title }) => title)).toEqual([
      'staging/web failed',
      'telling webhook other about staging works again',
    ]);
  });

  it('tells who wants to know of each revision that is deployed, once', async () => {
    const { report, others, notices, pass } = await createWorld();
    await report();
    pass(60);
    await report();
    expect(others.map(({ title, severity }) => [title, severity])).toEqual([
      ['staging is deployed and healthy', 'info'],
    ]);
    expect(notices).toEqual([]);
  });
});
