import { describe, expect, it } from 'vitest';
import { branchesToResync } from '../../../functions/dispatcher/decide.ts';
import type { SourcePorts } from '../../../functions/source/ports.ts';
import { refresh } from '../../../functions/source/refresh.ts';
import type { RenderResult } from '../../../shared/artifacts/render-result.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';
import { change, createSource, web } from '../../support/source-world.ts';

describe('source', () => {
  it('makes the head the desired state and tells the cluster of each application', async () => {
    const source = createSource();
    const revision = source.push({ ...web('1'), 'applications/api/a.yaml': '1' });
    expect(await source.refresh()).toEqual({ revision, outcome: 'rendered', reconciled: ['api', 'web'], warnings: [] });
    expect(await source.state.readDesired('staging')).toMatchObject({ revision, sequence: 1 });
    expect(await source.state.readAttempt('staging')).toMatchObject({
      ...{ revision, author: 'ada', outcome: 'rendered', problems: [] },
    });
    expect(source.sent).toMatchObject([
      { queue: 'queue', group: 'staging/api' },
      { queue: 'queue', group: 'staging/web' },
    ]);
  });

  it('fault 11: finds a push whose webhook was lost when the resync asks', async () => {
    const source = createSource();
    source.push(web('1'));
    await source.refresh();
    const lost = source.push(web('2'));
    const [resync] = branchesToResync(source.ports.environments, 'resync tick');
    expect(await source.refresh(resync)).toMatchObject({ revision: lost, outcome: 'rendered', reconciled: ['web'] });
  });

  it('fault 62: does nothing for a head that it knows, however often it is asked', async () => {
    const source = createSource();
    source.push(web('1'));
    await source.refresh();
    expect(await source.refresh()).toMatchObject({ outcome: 'unchanged', reconciled: [] });
    expect(source.sent).toHaveLength(1);
  });

  it('looks again at a head that it knows when deployer.yaml says something else of the environment', async () => {
    const source = createSource();
    source.push(web('1'));
    await source.refresh();
    source.ports.environments = { staging: aDeployerEnvironment({ secrets: 'allow' }) };
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
    expect((await source.release()).applications.web?.settings.secrets).toBe('allow');
    expect(await source.refresh()).toMatchObject({ outcome: 'unchanged' });
  });

  it('renders and announces only what a commit changed', async () => {
    const source = createSource();
    source.push({ ...web('1'), 'applications/api/a.yaml': '1' });
    await source.refresh();
    source.push({ ...web('2'), 'applications/api/a.yaml': '1' });
    expect(await source.refresh()).toMatchObject({ reconciled: ['web'] });
    expect(source.rendered).toEqual(['applications/api', 'applications/web', 'applications/web']);
  });

  it('gives every change its own deduplication id, so that a quick rollback (A, B, A) is not swallowed', async () => {
    const source = createSource();
    for (const content of ['A', 'B', 'A']) {
      source.push(web(content));
      await source.refresh();
    }
    expect(new Set(source.sent.map(({ deduplication }) => deduplication)).size).toBe(3);
  });

  it('announces an application that Git no longer has, so that it is removed', async () => {
    const source = createSource();
    source.push({ ...web('1'), 'applications/api/a.yaml': '1' });
    await source.refresh();
    source.push(web('1'));
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['api'] });
  });

  it.each<[string, RenderResult | 'crashed', RegExp]>([
    [
      'fault 28: a broken manifest',
      { outcome: 'failed', problems: [{ file: 'applications/web/a.yaml', line: 3, message: 'is broken' }] },
      /is broken/,
    ],
    ['fault 34: a renderer that ran out of memory', 'crashed', /ran out of memory or time/],
    [
      'fault 36: a rendering without any object',
      { outcome: 'rendered', digest: `sha256:${'0'.repeat(64)}`, objects: 0, warnings: [] },
      /Nothing was deleted/,
    ],
  ])('%s fails only its application, which keeps its last good artifact', async (_name, result, message) => {
    const source = createSource();
    source.push({ ...web('1'), 'applications/api/a.yaml': '1' });
    await source.refresh();
    const before = await source.release();
    source.renderAs({ 'applications/web': result });
    const revision = source.push({ ...web('2'), 'applications/api/a.yaml': '2' });
    expect(await source.refresh()).toEqual({ revision, outcome: 'failed', reconciled: ['api'], warnings: [] });
    const after = await source.release();
    expect(after.applications.web?.artifact).toEqual(before.applications.web?.artifact);
    expect(after.applications.web?.problems[0]?.message).toMatch(message);
    expect(await source.state.readAttempt('staging')).toMatchObject({
      revision,
      outcome: 'failed',
      problems: [{ message: expect.stringMatching(message) }],
    });
  });

  it('renders again when it is time what the renderer crashed on, whatever other commits come', async () => {
    const source = createSource();
    source.renderAs({ 'applications/web': 'crashed' });
    source.push(web('1'));
    expect(await source.refresh()).toMatchObject({ outcome: 'failed' });
    source.renderAs({});
    source.push({ ...web('1'), 'README.md': 'unrelated' });
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: [] });
    source.advance(5);
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
  });

  it('keeps the renderer’s warnings with the release', async () => {
    const source = createSource();
    source.push(web('1'));
    const { render } = source.ports;
    const warning = { file: 'applications/web/a.yaml', message: 'is deprecated' };
    source.ports.render = async (request, environment) =>
      ({ ...((await render(request, environment)) as object), warnings: [warning] }) as RenderResult;
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', warnings: [warning] });
    expect((await source.release()).applications.web?.warnings).toEqual([warning]);
  });

  it('refuses a rendering that is not what the renderer said', async () => {
    const source = createSource();
    source.push(web('1'));
    const { render } = source.ports;
    source.ports.render = async (request, environment) =>
      ({ ...((await render(request, environment)) as object), digest: `sha256:${'0'.repeat(64)}` }) as RenderResult;
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: [] });
    const { artifact, problems } = (await source.release()).applications.web ?? {};
    expect(artifact).toBeUndefined();
    expect(problems).toMatchObject([
      { message: 'the rendering that was stored is not the one that the renderer named' },
    ]);
  });

  it.each<[string, (source: ReturnType<typeof createSource>) => void]>([
    [
      'fault 15: a branch that was deleted',
      (source) => {
        source.ports.git.head = async () => undefined;
      },
    ],
    [
      'fault 16: a repository that was emptied',
      (source) => {
        source.push({ 'README.md': '' });
        source.ports.environments = { staging: aDeployerEnvironment({ path: 'gone' }) };
      },
    ],
    [
      'an environment.yaml that is wrong',
      (source) => {
        source.push({ ...web('1'), 'environment.yaml': 'unknown: 1' });
      },
    ],
  ])('%s leaves what is desired as it was and says why', async (_name, breakIt) => {
    const source = createSource();
    const good = source.push(web('1'));
    await source.refresh();
    breakIt(source);
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: [] });
    expect((await source.state.readDesired('staging'))?.revision).toBe(good);
    expect((await source.state.readAttempt('staging'))?.problems).toHaveLength(1);
  });

  it('asks again while GitHub still answers with the head before the one that was announced', async () => {
    const source = createSource();
    const old = source.push(web('1'));
    await source.refresh();
    const announced = source.push(web('2'));
    source.answerStale(old, old);
    expect(await source.refresh({ announced })).toMatchObject({ revision: announced, outcome: 'rendered' });
  });

  it('an older look that was overtaken changes nothing', async () => {
    const source = createSource();
    const older = source.push(web('1'));
    const newer = source.push(web('2'));
    const { state, git } = source.ports;
    // The older look has taken its number and its head; before it goes on, the newer one runs from begin to end.
    const slow: SourcePorts = {
      ...source.ports,
      git: {
        ...git,
        head: async () => {
          await source.refresh();
          return older;
        },
      },
    };
    expect(await refresh('staging', change, slow)).toMatchObject({ outcome: 'superseded', reconciled: [] });
    expect((await state.readDesired('staging'))?.revision).toBe(newer);
  });

  it('finishes a look that was killed before its end', async () => {
    const source = createSource();
    const revision = source.push(web('1'));
    const killed: SourcePorts = { ...source.ports, sendAll: () => Promise.reject(new Error('killed')) };
    await expect(refresh('staging', change, killed)).rejects.toThrow('killed');
    expect(await source.refresh()).toMatchObject({ revision, outcome: 'rendered' });
    expect((await source.state.readAttempt('staging'))?.outcome).toBe('rendered');
  });
});
