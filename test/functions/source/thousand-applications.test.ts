import { describe, expect, it } from 'vitest';
import { type DispatcherPorts, dispatch } from '../../../functions/dispatcher/dispatch.ts';
import { createSendAll } from '../../../shared/events/sqs-batches.ts';
import { anApplicationState } from '../../support/examples.ts';
import { createSource, type Files } from '../../support/source-world.ts';

const count = 1000;

/** A monorepo: each application is an overlay over one of ten bases. */
function monorepo(changes: Files = {}): Files {
  const overlays = Array.from({ length: count }, (_, index) => [
    [`apps/app-${index}/kustomization.yaml`, `resources: [../../bases/base-${index % 10}]\n`],
    [`apps/app-${index}/patch.yaml`, `number: ${index}\n`],
  ]);
  const bases = Array.from({ length: 10 }, (_, index) => [
    [`bases/base-${index}/kustomization.yaml`, 'resources: [deployment.yaml]\n'],
    [`bases/base-${index}/deployment.yaml`, `kind: Deployment # ${index}\n`],
  ]);
  return {
    'environment.yaml': 'folders: ["apps/*"]\n',
    ...Object.fromEntries([...overlays, ...bases].flat()),
    ...changes,
  };
}

describe('an environment with a thousand applications', () => {
  it('is rendered once each, sixteen at a time, and announced in batches of ten', async () => {
    const source = createSource();
    const batches: number[] = [];
    source.ports.sendAll = createSendAll({
      sleep: async () => undefined,
      async sendBatch(_queue, entries) {
        batches.push(entries.length);
        return [];
      },
    });
    source.push(monorepo());
    const refreshed = await source.refresh();
    expect(refreshed.reconciled).toHaveLength(count);
    expect(source.rendered).toHaveLength(count);
    expect(source.most()).toBe(16);
    expect(batches).toEqual(Array(count / 10).fill(10));
  });

  it('has a release that is one object of some hundred kilobytes', async () => {
    const source = createSource();
    source.push(monorepo());
    await source.refresh();
    const { release = '' } = (await source.state.readDesired('staging')) ?? {};
    expect((await source.ports.objects.get(release)).length).toBeLessThan(1_000_000);
  });

  it.each<[string, Files, number]>([
    ['one application’s own', { 'apps/app-7/patch.yaml': 'number: 8\n' }, 1],
    ['of a base', { 'bases/base-3/deployment.yaml': 'kind: DaemonSet\n' }, 100],
    ['of none', { 'README.md': 'hello', 'bases/base-3/notes.md': 'x' }, 0],
    ['new', { 'apps/app-new/a.yaml': 'a: 1\n' }, 1],
  ])('renders and touches only the applications that a commit changes: a file %s', async (_name, changes, expected) => {
    const source = createSource();
    source.push(monorepo());
    await source.refresh();
    source.rendered.length = 0;
    source.push(monorepo(changes));
    expect((await source.refresh()).reconciled).toHaveLength(expected);
    expect(source.rendered).toHaveLength(expected);
  });

  it('fault 56: is gone on with where time ran out, and nothing of it is desired before all is there', async () => {
    const source = createSource();
    const revision = source.push(monorepo());
    const { render } = source.ports;
    source.ports.render = async (request, environment) => {
      // From here on there is no time for more than what is under way.
      if (source.rendered.length % 400 === 399) source.leave(94_999);
      return render(request, environment);
    };
    const outcomes: string[] = [];
    for (let look = 1; look <= 3; look += 1) {
      source.leave(300_000);
      outcomes.push((await source.refresh()).outcome);
      if (look < 3) expect(await source.state.readDesired('staging')).toBeUndefined();
    }
    expect(outcomes).toEqual(['unfinished', 'unfinished', 'rendered']);
    expect(source.rendered).toHaveLength(count);
    expect(new Set(source.rendered).size).toBe(count);
    expect(await source.state.readAttempt('staging')).toMatchObject({ revision, outcome: 'rendered' });
    expect(source.sent).toHaveLength(count);
  });

  it('is looked after by one tick: a read, a list, and batches of ten', async () => {
    const source = createSource();
    source.push(monorepo());
    await source.refresh();
    const release = await source.release();
    for (const [application, { artifact }] of Object.entries(release.applications))
      await source.state.writeApplication(
        anApplicationState({
          application,
          version: 0,
          artifact: artifact?.digest,
          applied: artifact?.digest,
          inventory: 'i',
        }),
      );
    const calls: string[] = [];
    const ports: DispatcherPorts = {
      environments: source.ports.environments,
      state: {
        readDesired(environment) {
          calls.push('read');
          return source.state.readDesired(environment);
        },
        readReport: async () => undefined,
        listApplications(environment) {
          calls.push('list');
          return source.state.listApplications(environment);
        },
      },
      readRelease: source.ports.readRelease,
      sendAll: createSendAll({
        sleep: async () => undefined,
        async sendBatch(_queue, entries) {
          calls.push(`send ${entries.length}`);
          return [];
        },
      }),
      queues: { gitChanges: 'g', imagePushes: 'i', reports: 't', reconciliations: { example: 'r' } },
      clock: source.ports.clock,
    };
    expect(await dispatch({ kind: 'drift', scheduledAt: 'now' }, ports)).toBe(count);
    expect(calls.toSorted()).toEqual(['list', 'read', ...Array(100).fill('send 10')]);
    expect(await dispatch({ kind: 'retry', scheduledAt: 'now' }, ports)).toBe(0);
  });
});
