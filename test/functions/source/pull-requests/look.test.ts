import { describe, expect, it } from 'vitest';
import { createPullRequestWorld } from '../../../support/pull-request-world.ts';
import { web } from '../../../support/source-world.ts';

const api = { 'applications/api/a.yaml': '1' };
const deployed = { ...web('1'), ...api };

async function createDeployed(files: Record<string, string> = deployed) {
  const world = createPullRequestWorld();
  world.commit(files);
  await world.look();
  // What the reconciler writes down of its cluster, and the digest that follows from it, are there from the beginning.
  expect(await world.pullRequests.listPullRequests('staging')).toEqual([]);
  return world;
}

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

  it('leaves a draft alone until it is ready', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'), { isDraft: true });
    await world.look();
    expect(await world.at(7)).toBeUndefined();
    world.propose(7, web('2'), { isDraft: false });
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'planning' });
  });

  it('marks a closed one, so that who waits is told, and forgets it then', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'));
    await world.look();
    world.close(7);
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'closed' });
    await world.look();
    expect(await world.at(7)).toBeUndefined();
  });

  it('forgets a closed one at once if everything about it was said', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'), { merge: 'conflict' });
    await world.look();
    world.close(7);
    await world.look();
    expect(await world.at(7)).toBeUndefined();
  });

  it('asks once more for plans that did not come, and then gives up, but tries again later', async () => {
    const world = await createDeployed();
    world.propose(7, { ...web('2'), 'applications/api/a.yaml': '2' });
    await world.look();
    const [first] = world.asked;
    await world.pullRequests.notePlan({
      environment: 'staging',
      number: 7,
      id: first?.id ?? '',
      application: 'web',
      outcome: 'planned',
    });
    world.advance(5);
    await world.look();
    expect(world.asked.map(({ application }) => application)).toEqual(['api', 'web', 'api']);
    expect(world.asked[2]?.deduplication).not.toBe(world.asked[0]?.deduplication);
    world.advance(10);
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'refused', refusal: 'overdue' });
    world.advance(61);
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'planning' });
  });

  it('goes on where time was up, and begins none that would not come to its end', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'));
    world.leave(110_000);
    await world.look();
    expect(await world.at(7)).toBeUndefined();
    world.leave(300_000);
    await world.look();
    expect(await world.at(7)).toMatchObject({ phase: 'planning' });
  });

  it('plans a few of a storm in one look, the rest in the next, and pushes keep nobody waiting', async () => {
    const world = await createDeployed();
    for (let number = 1; number <= 14; number += 1) world.propose(number, web(`of ${number}`));
    await world.look();
    expect(world.asked).toHaveLength(10);
    for (let number = 1; number <= 10; number += 1) world.propose(number, web(`again ${number}`));
    await world.look();
    const planned = new Set(world.asked.map(({ pullRequest }) => pullRequest));
    expect([11, 12, 13, 14].every((number) => planned.has(number))).toBe(true);
  });

  it('fault 63: is not held up by any number of forks', async () => {
    const world = await createDeployed();
    for (let number = 1; number <= 30; number += 1)
      world.propose(number, web('x'), { isFork: true, author: 'stranger' });
    world.propose(31, web('2'));
    await world.look();
    expect(world.asked.map(({ pullRequest }) => pullRequest)).toEqual([31]);
    expect(await world.at(30)).toMatchObject({ refusal: 'fork' });
  });

  it('waits for the deployment of the branch itself', async () => {
    const world = await createDeployed();
    world.propose(7, web('2'));
    await world.state.writeAttempt({
      environment: 'staging',
      repository: 'example-org/example-environment',
      basis: '',
      problems: [],
      at: '2026-01-02T03:04:05.000Z',
      sequence: 99,
      revision: 'f'.repeat(40),
      outcome: 'pending',
    });
    await world.look();
    expect(await world.at(7)).toBeUndefined();
  });

  it('does not fail a message whose deployment went well', async () => {
    const world = await createDeployed();
    world.ports.git.openPullRequests = () => Promise.reject(new Error('the App may not'));
    expect((await world.look()).size).toBe(0);
  });
});
