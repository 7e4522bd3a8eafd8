import { describe, expect, it } from 'vitest';
import { createDeployed } from '../../../support/pull-request-world.ts';
import { web } from '../../../support/source-world.ts';

describe('the life of a pull request', () => {
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
