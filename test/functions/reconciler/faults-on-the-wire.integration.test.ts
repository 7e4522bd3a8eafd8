import { afterEach, describe, expect, inject, it } from 'vitest';
import { type Fault, type FaultProxy, type Passing, startFaultProxy } from '../../support/fault-proxy.ts';
import { configMap } from '../../support/manifests.ts';
import { createRealWorld } from '../../support/real-world.ts';

const proxies: FaultProxy[] = [];

afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
});

/** A world whose reconciler reaches the real API server only through the proxy. */
async function worldBehind(decide: (request: Passing) => Fault) {
  const { adminEndpoint: endpoint, certificateAuthority } = inject('shared').cluster;
  const proxy = await startFaultProxy({ upstream: { endpoint, certificateAuthority }, decide });
  proxies.push(proxy);
  const world = await createRealWorld({ proxy });
  return { ...world, proxy };
}

/** The first requests that fit get these faults, the others none. */
function first(faults: readonly Fault[], fits: (request: Passing) => boolean) {
  const left = [...faults];
  return (request: Passing): Fault => (fits(request) && left.shift()) || 'none';
}

const isApply = ({ method }: Passing) => method === 'PATCH';
const isDelete = ({ method }: Passing) => method === 'DELETE';
const many = (count: number, revision: string) =>
  Array.from({ length: count }, (_, index) => configMap(`many-${index}`, { revision }));

describe('between the reconciler and the API server', () => {
  it.each<[title: string, fault: Fault]>([
    ['fault 38: 409, the object has been modified', { status: 409 }],
    ['fault 40: 429 with Retry-After', { status: 429, retryAfter: 1 }],
    ['fault 41: 500', { status: 500 }],
    ['fault 41: 502', { status: 502 }],
    ['fault 41: 503', { status: 503 }],
    ['fault 41: 504', { status: 504 }],
    ['fault 41: a request that never arrives', 'lost'],
    ['fault 41: an answer that never comes back', 'unanswered'],
    ['fault 41: an answer that breaks off', 'cut'],
    ['a slow answer', { slow: 1_500 }],
  ])('%s: every object is applied and deleted once all the same', async (_, fault) => {
    let faults = first([fault, fault], isApply);
    const world = await worldBehind((request) => faults(request));
    await world.commit(many(4, '1'));
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
    faults = first([fault, fault], isDelete);
    await world.commit(many(1, '2'));
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [], counts: { changed: 1, pruned: 3 } });
    expect(world.proxy.seen.filter((each) => each.fault === fault)).toHaveLength(4);
    expect((await world.inventory()).map(({ name }) => name)).toEqual(['many-0']);
  });

  it('fault 40: what is throttled is asked again when the server says so, and nothing else is', async () => {
    const faults = first(Array(8).fill({ status: 429, retryAfter: 1 }), isApply);
    const world = await worldBehind(faults);
    await world.commit(many(40, '1'));
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    const patches = world.proxy.seen.filter(isApply);
    expect(patches.filter(({ fault }) => fault !== 'none')).toHaveLength(8);
    expect(patches).toHaveLength(48);
  });

  it('fault 39: 410 on a later page starts the list over, and nothing is taken for drift', async () => {
    let left = 1;
    const world = await worldBehind(({ path }) => {
      if (!path.includes('continue=') || left === 0) return 'none';
      left -= 1;
      return { status: 410 };
    });
    await world.commit(many(600, '1'));
    await world.reconcile();
    await world.kubectl('patch', 'configmap', 'many-599', '--type=merge', '--patch', '{"data":{"revision":"x"}}');
    const before = world.proxy.seen.length;
    await world.reconcile('check');
    const { drift } = (await world.state()) ?? {};
    expect(drift?.differences.map(({ object }) => object)).toEqual([expect.stringContaining('many-599')]);
    const lists = world.proxy.seen.slice(before).filter(({ path }) => path.includes('/configmaps?'));
    expect(lists.map(({ path, fault }) => [path.includes('continue='), fault])).toEqual([
      [false, 'none'],
      [true, { status: 410 }],
      [false, 'none'],
      [true, 'none'],
    ]);
  }, 180_000);

  it('fault 52: a server that stops answering is told; what had been applied stays, and the next run finishes', async () => {
    let isDown = false;
    let applied = 0;
    const world = await worldBehind((request) => {
      if (isApply(request)) applied += 1;
      if (applied > 10) isDown = true;
      return isDown ? 'lost' : 'none';
    });
    await world.commit(many(40, '1'));
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'failed', next: { why: 'retry' } });
    applied = Number.NEGATIVE_INFINITY;
    isDown = false;
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy', problems: [] });
  });

  it('faults of all kinds at random: after some runs the cluster is what Git says, without orphans', async () => {
    const random = seeded(42);
    const kinds: Fault[] = [
      'lost',
      'unanswered',
      'cut',
      { slow: 20 },
      ...[409, 429, 500, 503].map((status) => ({ status })),
    ];
    let isCalm = false;
    const world = await worldBehind(() => {
      if (isCalm || random() > 0.25) return 'none';
      return kinds[Math.floor(random() * kinds.length)] ?? 'none';
    });
    for (const [count, revision] of [
      [30, '1'],
      [18, '2'],
      [40, '3'],
      [24, '4'],
    ] as const) {
      await world.commit(many(count, revision));
      await world.reconcile().catch(() => {});
    }
    isCalm = true;
    await world.reconcile();
    await world.reconcile('check');
    const live = await world.kubectl(
      'get',
      'configmap',
      '-l',
      'plumbline.dev/application',
      '-o',
      'jsonpath={range .items[*]}{.metadata.name}={.data.revision} {end}',
    );
    const expected = Array.from({ length: 24 }, (_, index) => `many-${index}=4`);
    expect(live.split(' ').sort()).toEqual(expected.sort());
    expect(await world.inventory()).toHaveLength(24);
    expect(world.proxy.seen.filter(({ fault }) => fault !== 'none').length).toBeGreaterThan(20);
  }, 180_000);
});

/** @see https://en.wikipedia.org/wiki/Linear_congruential_generator, so that a failure can be played again */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
