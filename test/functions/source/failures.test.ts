import { describe, expect, it, vi } from 'vitest';
import { refreshAll } from '../../../functions/source/refresh-all.ts';
import { TryAgainError } from '../../../shared/errors.ts';
import type { GitChange } from '../../../shared/events/messages.ts';
import type { Parsed } from '../../../shared/lambda/sqs-batch.ts';
import { aDeployerEnvironment } from '../../support/examples.ts';
import { change, createSource, web } from '../../support/source-world.ts';

const both = { ...web('1'), 'applications/api/a.yaml': '1' };

/** The renderer can't be asked about `web`. */
function failAtWeb(source: ReturnType<typeof createSource>) {
  const { render } = source.ports;
  let fails = true;
  source.ports.render = async (request, environment) => {
    if (!fails || request.application !== 'web') return render(request, environment);
    source.rendered.push('failed at web');
    throw new TryAgainError('the machine is gone');
  };
  return {
    heal: () => {
      fails = false;
    },
  };
}

describe('an application that can’t be rendered now', () => {
  it('stops no other, and keeps its last good artifact', async () => {
    const source = createSource();
    source.push(both);
    await source.refresh();
    const before = await source.release();
    failAtWeb(source);
    source.push({ ...web('2'), 'applications/api/a.yaml': '2' });
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: ['api'] });
    const { web: after } = (await source.release()).applications;
    expect(after?.artifact).toEqual(before.applications.web?.artifact);
    expect(after?.problems).toEqual([{ file: 'applications/web', message: 'the machine is gone' }]);
  });

  it('is tried again at the same head, less and less often, and alone', async () => {
    const source = createSource();
    const { heal } = failAtWeb(source);
    source.push(both);
    await source.refresh();
    const looksAfter = async (minutes: number) => {
      source.rendered.length = 0;
      source.advance(minutes);
      await source.refresh();
      return source.rendered;
    };
    expect(await looksAfter(4)).toEqual([]);
    expect(await looksAfter(1)).toEqual(['failed at web']);
    expect(await looksAfter(9)).toEqual([]);
    expect(await looksAfter(1)).toEqual(['failed at web']);
    heal();
    expect(await looksAfter(19)).toEqual([]);
    source.advance(1);
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
    expect(await looksAfter(1000)).toEqual([]);
  });

  it('holds up no commit to others, which tells of it all the same', async () => {
    const source = createSource();
    const { heal } = failAtWeb(source);
    source.push(both);
    await source.refresh();
    source.advance(4);
    source.rendered.length = 0;
    source.push({ ...both, 'applications/api/a.yaml': '2' });
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: ['api'] });
    expect(source.rendered).not.toContain('failed at web');
    expect(await source.state.readAttempt('staging')).toMatchObject({ problems: [{ message: 'the machine is gone' }] });
    heal();
    source.advance(1);
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
  });

  it('is tried at once when a commit changes it', async () => {
    const source = createSource();
    const { heal } = failAtWeb(source);
    source.push(both);
    await source.refresh();
    heal();
    source.push({ ...both, ...web('2') });
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
  });

  it('is told all the while: a look that tries again doesn’t say that all is well', async () => {
    const source = createSource();
    failAtWeb(source);
    source.push(both);
    await source.refresh();
    source.advance(5);
    const { render } = source.ports;
    let during: unknown;
    source.ports.render = async (request, environment) => {
      during = await source.state.readAttempt('staging');
      return render(request, environment);
    };
    await source.refresh();
    expect(during).toMatchObject({ outcome: 'pending', problems: [{ message: 'the machine is gone' }] });
  });

  it('is tried again at once when deployer.yaml changes something', async () => {
    const source = createSource();
    const { heal } = failAtWeb(source);
    source.push(both);
    await source.refresh();
    heal();
    source.ports.environments = { staging: aDeployerEnvironment({ secrets: 'allow' }) };
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web', 'api'].toSorted() });
  });
});

describe('a renderer that crashed', () => {
  it('fault 34: is asked again at the same head', async () => {
    const source = createSource();
    source.renderAs({ 'applications/web': 'crashed' });
    source.push(both);
    expect(await source.refresh()).toMatchObject({ outcome: 'failed', reconciled: ['api'] });
    source.renderAs({});
    source.advance(5);
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
  });
});

describe('a look that runs out of time', () => {
  const files = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`applications/${name}/a.yaml`, name]));

  it('is gone on with behind what failed, or that would keep it from ever coming to its end', async () => {
    const source = createSource();
    const { render } = source.ports;
    source.ports.render = async (request, environment) => {
      // Whatever crashes takes all the time there is.
      if (request.application === 'd') return render(request, environment);
      source.rendered.push(request.path);
      source.leave(0);
      return 'crashed';
    };
    source.push(files);
    const outcomes: string[] = [];
    for (let look = 1; look <= 4; look += 1) {
      source.leave(300_000);
      outcomes.push((await source.refresh()).outcome);
      source.advance(1);
    }
    expect(source.rendered).toHaveLength(4);
    expect(outcomes.at(-1)).not.toBe('unfinished');
    expect(source.sent).toMatchObject([{ application: 'd' }]);
  });

  it('fetches no chart and renders nothing that might not come to its end', async () => {
    const source = createSource();
    source.push(files);
    source.leave(94_999);
    expect(await source.refresh()).toMatchObject({ outcome: 'unfinished', reconciled: [] });
    expect(source.rendered).toEqual([]);
    expect(await source.state.readAttempt('staging')).toMatchObject({ outcome: 'pending' });
  });
});

describe('a revert', () => {
  it('renders nothing that was rendered before', async () => {
    const source = createSource();
    source.push(web('A'));
    await source.refresh();
    const first = await source.release();
    source.push(web('B'));
    await source.refresh();
    source.rendered.length = 0;
    const reverted = source.push(web('A'));
    expect(await source.refresh()).toMatchObject({ outcome: 'rendered', reconciled: ['web'] });
    expect(source.rendered).toEqual([]);
    expect((await source.release()).applications.web?.artifact).toEqual({
      ...first.applications.web?.artifact,
      revision: reverted,
    });
  });
});

describe('an environment that can’t be refreshed', () => {
  it('keeps no other of its branch back, and brings its message back', async () => {
    const source = createSource();
    source.push({ 'a/a.yaml': '1', 'b/a.yaml': '1' });
    source.ports.environments = {
      first: aDeployerEnvironment({ path: 'a' }),
      second: aDeployerEnvironment({ path: 'b' }),
    };
    const { readAttempt } = source.ports.state;
    source.ports.state.readAttempt = async (environment) => {
      if (environment === 'first') throw new TryAgainError('throttled');
      return readAttempt(environment);
    };
    const messages = [{ record: { messageId: '1' }, message: change }] as Parsed<GitChange>[];
    const failures = await refreshAll(messages, source.ports);
    expect([...failures.keys()]).toEqual(['1']);
    expect(source.sent).toMatchObject([{ application: 'second' }]);
  });

  it('keeps no other of its branch waiting while it hangs', async () => {
    const source = createSource();
    const names = ['a', 'b', 'c'];
    source.push(Object.fromEntries(names.map((name) => [`${name}/a.yaml`, '1'])));
    source.ports.environments = Object.fromEntries(
      names.map((name) => [name, aDeployerEnvironment({ path: name })] as const),
    );
    const { promise: healed, resolve: heal } = Promise.withResolvers<void>();
    const { readAttempt } = source.ports.state;
    source.ports.state.readAttempt = async (environment) => {
      if (environment === 'a') await healed;
      return readAttempt(environment);
    };
    const messages = [{ record: { messageId: '1' }, message: change }] as Parsed<GitChange>[];
    const refreshed = refreshAll(messages, source.ports);
    await vi.waitFor(() => expect(source.sent.map(({ application }) => application)).toEqual(['b', 'c']), 30_000);
    heal();
    await refreshed;
    expect(source.sent.map(({ application }) => application)).toEqual(['b', 'c', 'a']);
  });
});
