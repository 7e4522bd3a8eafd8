import { describe, expect, it } from 'vitest';
import { createDeployed, deployed } from '../../../support/pull-request-world.ts';
import { web } from '../../../support/source-world.ts';

describe('pull requests to an environment branch', () => {
  it('asks for a plan of each application that merging would change, by a release of its own', async () => {
    const world = await createDeployed();
    const before = await world.state.readDesired('staging');
    const head = world.propose(7, web('2'));
    await world.look();
    expect(world.asked).toMatchObject([{ environment: 'staging', application: 'web', mode: 'plan', pullRequest: 7 }]);
    const state = await world.at(7);
    expect(state).toMatchObject({ phase: 'planning', head, problems: [], notes: [] });
    expect(state?.asked).toMatchObject({
      applications: ['web'],
      unchanged: 1,
      left: 0,
      release: world.asked[0]?.release,
    });
    const release = await world.ports.readRelease(world.asked[0]?.release ?? '');
    expect(Object.keys(release.applications).sort()).toEqual(['api', 'web']);
    // What is deployed has not changed in any way.
    expect(await world.state.readDesired('staging')).toEqual(before);
  });

  it('plans a new application, and one that would be gone', async () => {
    const world = await createDeployed();
    world.propose(7, { 'applications/new/a.yaml': '1' });
    await world.look();
    world.propose(8, { 'environment.yaml': 'applications: {web: {path: applications/web}}' });
    await world.look();
    expect(world.asked.map(({ pullRequest, application }) => `${pullRequest} ${application}`)).toEqual([
      '7 new',
      '8 api',
    ]);
  });

  it('fault 62: does nothing for heads that it knows, however often it looks', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'));
    await world.look();
    const { archive } = world.calls;
    await world.look();
    await world.look();
    expect(world.asked).toHaveLength(1);
    expect(world.calls.archive).toBe(archive);
  });

  it('plans anew, under another id, when either head has moved', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'));
    await world.look();
    world.propose(7, web('3'));
    await world.look();
    world.commit({ ...deployed, 'applications/api/a.yaml': '2' });
    await world.look();
    expect(world.asked.map(({ application }) => application)).toEqual(['web', 'web', 'web']);
    expect(new Set(world.asked.map(({ id }) => id)).size).toBe(3);
    expect(new Set(world.asked.map(({ deduplication }) => deduplication)).size).toBe(3);
  });

  it('fault 63: renders nothing of a fork before somebody has agreed to this very head', async () => {
    const world = await createDeployed();
    const rendered = world.rendered.length;
    const head = world.propose(7, web('2'), { isFork: true, author: 'stranger' });
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'refused', refusal: 'fork' });
    expect(world.calls.testMerge).toBe(0);
    expect(world.rendered).toHaveLength(rendered);
    world.agree(head);
    await world.look();
    expect(world.asked).toHaveLength(1);
    // The next push was not agreed to.
    world.propose(7, web('evil'));
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'refused', refusal: 'fork' });
    expect(world.asked).toHaveLength(1);
  });

  it('says that it conflicts, and plans it when it no longer does', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'), { merge: 'conflict' });
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'refused', refusal: 'conflict' });
    world.propose(7, web('3'), { merge: 'clean' });
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'planning' });
  });

  it('asks GitHub again while it does not say whether it can be merged, and tells it in the end', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'), { merge: 'unknown' });
    await world.look();
    expect(world.calls.testMerge).toBe(4);
    expect(await world.at(7)).toMatchObject({ phase: 'waiting' });
    world.advance(25);
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'refused', refusal: 'unanswered' });
  });

  it('tells of a rendering that fails, and plans the other applications', async () => {
    const world = await createDeployed();
    world.failToRender('applications/web');
    world.propose(7, { ...web('broken'), 'applications/api/a.yaml': '2' });
    await world.look();
    expect(world.asked.map(({ application }) => application)).toEqual(['api']);
    expect((await world.at(7))?.problems).toEqual([{ file: 'applications/web/a.yaml', line: 3, message: 'is broken' }]);
  });

  it('tells of an environment.yaml that is broken', async () => {
    const world = await createDeployed();
    world.propose(7, { 'environment.yaml': 'prune: perhaps' });
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'refused', refusal: 'broken' });
    expect((await world.at(7))?.problems[0]).toMatchObject({ file: 'environment.yaml', line: 1 });
  });

  it('plans with the policy of the branch, and says what a pull request would make of it', async () => {
    const world = await createDeployed({ ...deployed, 'environment.yaml': 'conflicts: fail\n' });
    world.propose(7, { ...web('2'), 'environment.yaml': 'conflicts: force\nadopt: [helm]\n' });
    await world.look();
    const release = await world.ports.readRelease(world.asked[0]?.release ?? '');
    expect(release.applications.web?.settings).toMatchObject({ conflicts: 'fail', adopt: [] });
    const notes = (await world.at(7))?.notes ?? [];
    expect(notes.map(({ field }) => field)).toEqual(['api: conflicts', 'api: adopt', 'web: conflicts', 'web: adopt']);
    expect(notes[0]).toMatchObject({
      file: 'environment.yaml',
      message: expect.stringContaining('once this is merged'),
    });
  });

  it('remembers nothing of a rendering that a deployment could take, and renders where no deployment does', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'));
    await world.look();
    expect(world.rendered.at(-1)).toBe('staging/pull-requests: applications/web');
    // Merged, byte for byte.
    world.close(7);
    world.commit({ ...deployed, ...web('2') });
    await world.look();
    expect(world.rendered.at(-1)).toBe('staging: applications/web');
  });
});
