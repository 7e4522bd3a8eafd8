import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer } from '../../fakes/api-server.ts';
import { configMap, deployment, service } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

/**
 * Counts every effect of a run (requests that write, state, inventories) and dies at the n-th, before it or just after it: the run never
 * gets an answer any more, and nothing that it still tries has an effect.
 */
async function createMortalWorld() {
  const server = createFakeApiServer();
  let effectsLeft = Number.POSITIVE_INFINITY;
  let isAfter = false;
  let die = () => {};

  async function effect<Result>(work: () => Promise<Result>): Promise<Result> {
    effectsLeft -= 1;
    if (effectsLeft > 0) return work();
    if (effectsLeft === 0 && isAfter) await work();
    die();
    return new Promise(() => {});
  }

  const world = await createWorld({
    namespace: 'staging',
    transport: (request, timeout) => {
      const send = () => server.transport(request, timeout);
      return request.method === 'GET' ? send() : effect(send);
    },
  });
  const { state, objects } = world.ports;
  const { writeApplication, deleteApplication } = state;
  state.writeApplication = (next) => effect(() => writeApplication(next));
  state.deleteApplication = (next) => effect(() => deleteApplication(next));
  world.ports.objects = { ...objects, putOnce: (key, bytes) => effect(() => objects.putOnce(key, bytes)) };

  /** Reconciles, and dies at the n-th effect. False if it came to its end before that. */
  async function reconcileUntil(step: number, after: boolean): Promise<boolean> {
    effectsLeft = step;
    isAfter = after;
    const death = new Promise<true>((resolve) => {
      die = () => resolve(true);
    });
    const died = await Promise.race([death, world.reconcile().then(() => false)]);
    effectsLeft = Number.POSITIVE_INFINITY;
    return died;
  }

  return { server, world, reconcileUntil };
}

const live = (server: FakeApiServer) =>
  [...server.objects.values()]
    .map(({ kind, metadata, data }) => `${kind}/${metadata.name} ${JSON.stringify(data ?? '')}`)
    .sort();

async function inventoryOf(world: World) {
  return (await world.inventory()).map(({ kind, name }) => `${kind}/${name}`).sort();
}

const first: KubernetesObject[] = [
  configMap('same'),
  configMap('changes'),
  configMap('goes'),
  deployment('web'),
  service('web'),
];
const second: KubernetesObject[] = [
  configMap('same'),
  configMap('changes', { a: '2' }),
  configMap('comes'),
  deployment('web'),
  service('web'),
];
const third: KubernetesObject[] = [
  configMap('same'),
  configMap('changes', { a: '3' }),
  deployment('web'),
  service('web'),
];

const expected = (manifests: KubernetesObject[]) =>
  manifests.map(({ kind, metadata, data }) => `${kind}/${metadata.name} ${JSON.stringify(data ?? '')}`).sort();
const expectedNames = (manifests: KubernetesObject[]) =>
  manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();

/** `elsewhere`: the same objects, with another default namespace. */
type Content = KubernetesObject[] | 'removed' | 'elsewhere';

type Story = {
  name: string;
  prepare?: KubernetesObject[];
  during: Content;
  next: Content;
};

const stories: Story[] = [
  { name: 'a first apply is finished', during: first, next: first },
  { name: 'an update is finished', prepare: first, during: second, next: second },
  { name: 'an update is superseded by a newer one', prepare: first, during: second, next: third },
  { name: 'an update is rolled back', prepare: first, during: second, next: first },
  { name: 'other settings are taken back', prepare: first, during: 'elsewhere', next: first },
  { name: 'a removal is finished', prepare: first, during: 'removed', next: 'removed' },
  { name: 'a removal is taken back', prepare: first, during: 'removed', next: first },
  { name: 'a first apply is taken back', during: first, next: 'removed' },
];

async function commit(world: World, content: Content) {
  const settings = { allowedNamespaces: ['staging', 'elsewhere'], pruneLimit: 100 };
  if (content === 'removed') await world.remove();
  else if (content === 'elsewhere') await world.commit(first, { ...settings, namespace: 'elsewhere' });
  else await world.commit(content, settings);
}

/** Dies at every step of a story in turn, lets the next run finish, and looks what is left. Returns how many steps there were. */
async function dieEverywhere({ prepare, during, next }: Story, after: boolean): Promise<number> {
  for (let step = 1; ; step += 1) {
    const { server, world, reconcileUntil } = await createMortalWorld();
    if (prepare !== undefined) {
      await commit(world, prepare);
      await world.reconcile();
    }
    await commit(world, during);
    if (!(await reconcileUntil(step, after))) return step - 1;
    await commit(world, next);
    await world.reconcile();
    const wanted = Array.isArray(next) ? next : [];
    expect(live(server), `cluster after dying at step ${step}`).toEqual(expected(wanted));
    expect(await inventoryOf(world), `inventory after dying at step ${step}`).toEqual(expectedNames(wanted));
    if (next !== 'removed') expect(await world.state()).toMatchObject({ phase: 'healthy' });
  }
}

describe.each(stories)('fault 48: killed anywhere, $name', (story) => {
  it.each([
    ['before', false],
    ['after', true],
  ])('%s each effect', async (_, after) => {
    expect(await dieEverywhere(story, after)).toBeGreaterThan(5);
  });
});
