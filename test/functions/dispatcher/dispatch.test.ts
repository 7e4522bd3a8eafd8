import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import {
  type DispatcherPorts,
  dispatch,
  dispatchDependants,
  dispatchPromotion,
} from '../../../functions/dispatcher/dispatch.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import { createReadRelease } from '../../../shared/artifacts/read-release.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import type { Tick } from '../../../shared/events/messages.ts';
import { isNewlyDeployed } from '../../../shared/state/changed-environments.ts';
import { nothingReported } from '../../../shared/state/report.ts';
import { workOf } from '../../../shared/state/standing.ts';
import { createMemoryObjectStore } from '../../fakes/memory-object-store.ts';
import { createMemoryStateStore } from '../../fakes/memory-state-store.ts';
import { aDeployerEnvironment, aDesired, anApplicationState, aRelease, someSettings } from '../../support/examples.ts';

const tick = (kind: Tick['kind']): Tick => ({ kind, scheduledAt: '2026-01-02T03:04:05Z' });

async function createDispatcher(releases: Record<string, Release | undefined>) {
  const objects = createMemoryObjectStore();
  const state = createMemoryStateStore();
  const sent: { queue: string; message: Record<string, unknown>; deduplication: string | undefined }[] = [];
  let lists = 0;
  for (const [environment, release] of Object.entries(releases)) {
    const key = keys.release(environment, `sha256:${environment}`);
    if (release !== undefined) await objects.putOnce(key, new TextEncoder().encode(JSON.stringify(release)));
    await state.writeDesired(aDesired({ environment, release: key }));
  }
  const ports: DispatcherPorts = {
    environments: Object.fromEntries(Object.keys(releases).map((name) => [name, aDeployerEnvironment()])),
    state: {
      readDesired: state.readDesired,
      readReport: state.readReport,
      listApplications(environment) {
        lists += 1;
        return state.listApplications(environment);
      },
    },
    readRelease: createReadRelease(objects),
    async sendAll(queue, messages) {
      for (const { message, fifo } of messages)
        sent.push({ queue, message: message as Record<string, unknown>, deduplication: fifo?.deduplication });
    },
    queues: {
      gitChanges: 'git-changes',
      imagePushes: 'image-pushes',
      reports: 'reports',
      reconciliations: { example: 'reconciliations' },
    },
    clock: { now: () => new Date('2026-01-02T03:04:05.000Z') },
  };
  return { ports, state, sent, lists: () => lists };
}

describe('a tick', () => {
  it.each<[Tick['kind'], { queue: string; message: object }[]]>([
    ['resync', [{ queue: 'git-changes', message: { kind: 'git-change', branch: 'staging' } }]],
    ['scan', [{ queue: 'image-pushes', message: { kind: 'image-scan' } }]],
    ['retry', [{ queue: 'reconciliations', message: { application: 'web', mode: 'apply' } }]],
    ['drift', []],
  ])('%s is turned into messages', async (kind, expected) => {
    const { ports, sent } = await createDispatcher({ staging: aRelease({ web: 'sha256:1' }) });
    expect(await dispatch(tick(kind), ports)).toBe(expected.length);
    expect(sent).toMatchObject(expected);
  });

  it('calls the reporter for what it could not tell, once it is due', async () => {
    const { ports, state, sent } = await createDispatcher({ staging: aRelease({}), production: aRelease({}) });
    const next = (at: string) => ({ next: { at, attempt: 1 } });
    await state.writeReport({ ...nothingReported('staging'), ...next('2026-01-02T03:04:05.000Z') });
    await state.writeReport({ ...nothingReported('production'), ...next('2026-01-02T03:04:06.000Z') });
    expect(await dispatch(tick('retry'), ports)).toBe(1);
    expect(sent).toMatchObject([{ queue: 'reports', message: { kind: 'report', environment: 'staging' } }]);
  });

  it('looks after every environment but the one that can’t be read, and fails for that one', async () => {
    const { ports, sent } = await createDispatcher({ broken: undefined, staging: aRelease({ web: 'sha256:1' }) });
    await expect(dispatch(tick('retry'), ports)).rejects.toThrow('no readable object releases/broken/');
    expect(sent).toMatchObject([{ message: { environment: 'staging', application: 'web' } }]);
  });
});

describe('an application that has become healthy', () => {
  const release = aRelease({ db: 'sha256:db', web: 'sha256:web' });
  const [db, web] = [release.applications.db, release.applications.web];
  if (db === undefined || web === undefined) throw new Error('unreachable');
  const dependent = {
    ...release,
    applications: { db, web: { ...web, settings: someSettings({ dependsOn: ['db'] }) } },
  };
  const whole = { artifact: 'sha256:db', applied: 'sha256:db', work: workOf(db) };

  it('starts what waited for it, once however often it is told', async () => {
    const { ports, state, sent } = await createDispatcher({ staging: dependent });
    await state.writeApplication(anApplicationState({ application: 'db', version: 0, ...whole }));
    expect(await dispatchDependants('staging', new Set(['db']), ports)).toBe(1);
    await dispatchDependants('staging', new Set(['db']), ports);
    expect(sent).toMatchObject([{ queue: 'reconciliations', message: { application: 'web' } }, {}]);
    expect(new Set(sent.map(({ deduplication }) => deduplication)).size).toBe(1);
  });

  it('costs one read where nothing waits for it', async () => {
    const { ports, lists } = await createDispatcher({ staging: release });
    expect(await dispatchDependants('staging', new Set(['db', 'web']), ports)).toBe(0);
    expect(lists()).toBe(0);
  });
});

describe('a revision that is healthy', () => {
  const record = (pk: string, before: string | undefined, after: string | undefined): DynamoDBRecord => {
    const image = (revision: string | undefined) => ({
      ...(revision !== undefined && { deployed: { M: { revision: { S: revision } } } }),
    });
    return {
      dynamodb: { Keys: { pk: { S: pk }, sk: { S: 'report' } }, OldImage: image(before), NewImage: image(after) },
    };
  };

  it.each([
    ['another revision', 'report#staging', 'a', 'b', true],
    ['the first revision', 'report#staging', undefined, 'b', true],
    ['something else that was told', 'report#staging', 'b', 'b', false],
    ['an application', 'environment#staging', 'a', 'b', false],
  ])('is known by %s of the report', (_name, pk, before, after, expected) => {
    expect(isNewlyDeployed([record(pk, before, after)])).toBe(expected);
  });

  it('has its versions proposed to those that are promoted from it, and to nobody else', async () => {
    const { ports, sent } = await createDispatcher({ staging: aRelease({}), production: aRelease({}) });
    const production = { ...aDeployerEnvironment(), promoteFrom: 'staging' };
    const promoting = { ...ports, environments: { ...ports.environments, production } };
    expect(await dispatchPromotion('production', 'healthy', promoting)).toBe(0);
    expect(await dispatchPromotion('staging', 'healthy', promoting)).toBe(1);
    expect(sent).toMatchObject([{ queue: 'image-pushes', message: { kind: 'promotion', environment: 'staging' } }]);
  });
});
