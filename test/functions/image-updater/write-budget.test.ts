import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TargetBranch } from '../../../functions/image-updater/target-branches.ts';
import { isQuiet, shareOf, waitBefore } from '../../../functions/image-updater/write-budget.ts';
import type { DeployerEnvironment } from '../../../shared/config/deployer.ts';
import {
  aDeployment,
  application,
  pinOf,
  registryHost,
  repositoryOf,
  rules,
  startUpdater,
  versionOf,
} from './bench.ts';
import { aPush, aScan } from './events.ts';

const aBranch: TargetBranch = { repository: 'example-org/example-environment', branch: 'main', environments: [] };
const aProposal: TargetBranch = { ...aBranch, proposals: 'plumbline/main' };
const seconds = (...times: number[]) => times.map((time) => new Date(time * 1000));
const wait = (writes: number[], now: number, share = shareOf(aBranch, 1)) =>
  waitBefore(seconds(...writes), new Date(now * 1000), share) / 1000;

describe('the budget of writes', () => {
  test('lets twenty go at once, then one every twelve seconds', () => {
    const burst = Array.from({ length: 20 }, () => 1000);
    expect(wait([], 1000)).toBe(0);
    expect(wait(burst.slice(1), 1000)).toBe(0);
    expect(wait(burst, 1000)).toBe(12);
    expect(wait(burst, 1005)).toBe(7);
    expect(wait(burst, 1012)).toBe(0);
    expect(wait([...burst, 1012], 1012)).toBe(12);
  });

  test('is full again after a while', () => {
    const share = shareOf(aBranch, 1);
    expect(isQuiet([], new Date(), share)).toBe(true);
    expect(isQuiet(seconds(1000, 1000), new Date(1_023_999), share)).toBe(false);
    expect(isQuiet(seconds(1000, 1000), new Date(1_024_000), share)).toBe(true);
  });

  test('is shared out among branches; a pull request takes four writes', () => {
    expect(shareOf(aBranch, 5)).toEqual({ burst: 4, millisecondsPerWrite: 60_000 });
    expect(shareOf(aBranch, 50)).toEqual({ burst: 1, millisecondsPerWrite: 600_000 });
    expect(shareOf(aProposal, 5)).toEqual({ burst: 1, millisecondsPerWrite: 240_000 });
  });

  test("fault 9: GitHub's limits are never reached, however much there is to be written", () => {
    const most = (writes: number[], window: number) => {
      let first = 0;
      return writes.reduce((worst, at, index) => {
        while ((writes[first] ?? 0) <= at - window) first += 1;
        return Math.max(worst, index - first + 1);
      }, 0);
    };
    /** Writes whenever it may, for two hours; a branch remembers its newest hundred commits, a pull request its newest one. */
    const greedy = (target: TargetBranch, branches: number) => {
      const share = shareOf(target, branches);
      const [cost, memory] = target.proposals === undefined ? [1, 100] : [4, 1];
      const times: number[] = [];
      for (let now = 1e6; now < 1e6 + 7200; ) {
        const delay = waitBefore(seconds(...times.slice(-memory)), new Date(now * 1000), share) / 1000;
        now += delay;
        if (delay === 0) times.push(now);
      }
      return times.flatMap((time) => Array.from({ length: cost }, () => time));
    };
    const counts = fc.tuple(fc.nat(40), fc.nat(10)).filter(([commits, proposals]) => commits + proposals > 0);
    fc.assert(
      fc.property(counts, ([commits, proposals]) => {
        const one = greedy(aBranch, commits + proposals);
        const other = greedy(aProposal, commits + proposals);
        const all = [...Array.from({ length: commits }, () => one), ...Array.from({ length: proposals }, () => other)];
        const writes = all.flat().sort((a, b) => a - b);
        expect(most(writes, 60)).toBeLessThanOrEqual(80);
        expect(most(writes, 3600)).toBeLessThanOrEqual(500);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a burst', () => {
  const names = Array.from({ length: 60 }, (_, index) => `${registryHost}/app-${index}`);
  const file = (name: string) => `${name.slice(registryHost.length + 1)}.yaml`;

  function start(environments = {}) {
    const updater = startUpdater({ environments: { staging: {}, ...environments } });
    const files = Object.fromEntries(names.map((name) => [file(name), aDeployment(`${name}:1.0.0`)]));
    updater.write({ 'environment.yaml': rules(...names), ...files });
    const push = (name: string, tag: string) => {
      updater.registry.push(repositoryOf(name), versionOf(tag));
      return updater.receive(aPush(tag, name.slice(registryHost.length + 1)));
    };
    return { ...updater, push };
  }

  test('fault 9: waits for its turn, and its commit then has all that came meanwhile', async () => {
    const updater = start();
    for (const name of names.slice(0, 20)) await updater.push(name, '1.1.0');
    expect(updater.waits).toEqual([]);
    const { sleep } = updater.ports;
    updater.ports.sleep = async (milliseconds) => {
      updater.registry.push(repositoryOf(names[1] ?? ''), versionOf('1.2.0'));
      return sleep(milliseconds);
    };
    expect(await updater.push(names[0] ?? '', '1.2.0')).toEqual([]);
    expect(updater.waits).toEqual([12_500]);
    expect(updater.messages()).toHaveLength(22);
    for (const name of names.slice(0, 2)) expect(updater.read(file(name))).toBe(aDeployment(pinOf('1.2.0', name)));
  });

  test('carries also what other messages have not said yet', async () => {
    const updater = start();
    await updater.push(names[0] ?? '', '1.1.0');
    updater.registry.push(repositoryOf(names[1] ?? ''), versionOf('1.1.0'));
    await updater.push(names[2] ?? '', '1.1.0');
    expect(updater.read(file(names[1] ?? ''))).toBe(aDeployment(pinOf('1.1.0', names[1])));
  });

  test('gives its messages back when the turn comes much later', async () => {
    const branches = Array.from({ length: 19 }, (_, index) => [
      `other-${index}`,
      { branch: `other-${index}`, images: [] },
    ]);
    const updater = start(Object.fromEntries(branches));
    await updater.push(application, '1.1.0');
    expect(await updater.push(names[0] ?? '', '1.1.0')).toEqual([]);
    expect(await updater.push(names[1] ?? '', '1.1.0')).toEqual(['message-0']);
    expect(updater.lines('message goes back')).toMatchObject([
      { reason: expect.stringMatching(/its turn is in 240 seconds/) },
    ]);
    updater.pass(240_000);
    expect(await updater.push(names[1] ?? '', '1.1.0')).toEqual([]);
    expect(updater.messages()).toHaveLength(3);
  });

  test('fault 9: takes a push for done whose image is there, and leaves to the scan what else would be buried', async () => {
    const branches = Array.from({ length: 19 }, (_, index) => [
      `other-${index}`,
      { branch: `other-${index}`, images: [] },
    ]);
    const updater = start(Object.fromEntries(branches));
    const [one = '', other = ''] = names;
    const short = (name: string) => repositoryOf(name).name;
    await updater.push(one, '1.1.0');
    updater.registry.push(repositoryOf(other), versionOf('1.1.0'));
    const [there, waits] = [aPush('1.1.0', short(one)), aPush('1.1.0', short(other))];
    expect(await updater.receive(there, waits, aScan)).toEqual(['message-1', 'message-2']);
    expect(await updater.receiveAgain(4, waits)).toEqual(['message-0']);
    expect(await updater.receiveAgain(5, waits)).toEqual([]);
    expect(updater.lines('left to the next scan')).toMatchObject([{ messageId: 'message-0' }]);
    updater.pass(240_000);
    expect(await updater.receive(aScan)).toEqual([]);
    expect(updater.read(file(other))).toBe(aDeployment(pinOf('1.1.0', other)));
  });
});

/** Branches and pull requests that all take the same images, and a queue that hands messages over ten at a time, for an hour. */
async function playAnHour(pushes: number, others: Record<string, Partial<DeployerEnvironment>> = {}) {
  const images = Array.from({ length: 5 }, (_, index) => `${registryHost}/app-${index}`);
  const environments: Record<string, Partial<DeployerEnvironment>> = {
    one: { branch: 'one' },
    two: { branch: 'two' },
    three: { branch: 'three', write: 'pullRequest' },
    ...others,
  };
  const updater = startUpdater({ environments });
  const files = Object.fromEntries(images.map((name, index) => [`${index}.yaml`, aDeployment(`${name}:1.0.0`)]));
  for (const branch of ['one', 'two', 'three'])
    updater.write({ 'environment.yaml': rules(...images), ...files }, branch);
  const now = () => updater.ports.clock.now().getTime();
  const writes: number[] = [];
  const costs = { commit: 1, replace: 3, openPullRequest: 1, changePullRequest: 1, remark: 1 } as const;
  for (const [name, cost] of Object.entries(costs)) {
    const call = updater.git[name as keyof typeof costs] as (...given: unknown[]) => Promise<unknown>;
    const counted = (...given: unknown[]) => {
      writes.push(...Array(cost).fill(now()));
      return call(...given);
    };
    Object.assign(updater.ports.git, { [name]: counted });
  }
  let queue: { visible: number; deliveries: number; message: unknown }[] = [];
  const busyFor = 1_200_000;
  for (let pushed = 0; now() < 3_600_000 && (pushed < pushes || queue.length > 0); ) {
    const start = now();
    for (; pushed < pushes && pushed <= (start / busyFor) * pushes; pushed += 1) {
      const image = repositoryOf(images[pushed % images.length] ?? '');
      const tag = `1.0.${pushed + 1}`;
      updater.registry.push(image, versionOf(tag));
      queue.push({ visible: start, deliveries: 0, message: aPush(tag, image.name) });
    }
    const [oldest] = queue.filter(({ visible }) => visible <= start);
    const batch = queue
      .filter(({ visible, deliveries }) => visible <= start && deliveries === oldest?.deliveries)
      .slice(0, 10);
    queue = queue.filter((one) => !batch.includes(one));
    const messages = batch.map(({ message }) => message);
    const returned = oldest === undefined ? [] : await updater.receiveAgain(oldest.deliveries + 1, ...messages);
    for (const [index, { message, deliveries }] of batch.entries())
      if (returned.includes(`message-${index}`))
        queue.push({ visible: start + 360_000, deliveries: deliveries + 1, message });
    updater.pass(1_000);
    expect(Math.max(0, ...queue.map(({ deliveries }) => deliveries))).toBeLessThan(5);
  }
  await updater.receive(aScan);
  const last = (index: number) => `:1.0.${pushes - images.length + index + 1}@`;
  const isRight = (branch: string) =>
    images.every((_, index) => updater.read(`${index}.yaml`, branch)?.includes(last(index)));
  return { writes, isRight: ['one', 'two', 'plumbline/three'].every(isRight) };
}

const aDozen = Object.fromEntries(
  Array.from({ length: 9 }, (_, index) => [`quiet-${index}`, { branch: `quiet-${index}`, images: [] }]),
);

const most = (writes: readonly number[], milliseconds: number) =>
  Math.max(...writes.map((from) => writes.filter((at) => at >= from && at < from + milliseconds).length));

test.each([
  ['three branches', {}, 40],
  ['a dozen, most of them quiet', aDozen, 10],
])(
  "fault 9: GitHub's limits are never reached, and no message is buried, while images are pushed for twenty minutes to %s",
  async (_name, others, fewest) => {
    const { writes, isRight } = await playAnHour(100, others);
    expect(isRight).toBe(true);
    expect(writes.length).toBeGreaterThan(fewest);
    expect(most(writes, 60_000)).toBeLessThanOrEqual(80);
    expect(most(writes, 3_600_000)).toBeLessThanOrEqual(500);
  },
);
