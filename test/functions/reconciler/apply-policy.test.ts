import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeApiServer, type FakeApiServer } from '../../fakes/api-server.ts';
import { configMap } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

async function applied(...[manifests, settings]: Parameters<World['commit']>) {
  await world.commit(manifests, settings);
  await world.reconcile();
  return world.state();
}

const annotated = (name: string, annotations: Record<string, string>, data?: Record<string, string>) =>
  configMap(name, data, { annotations });
const createOnly = (data?: Record<string, string>) => annotated('once', { 'plumbline.dev/apply': 'create-only' }, data);
const never = (data?: Record<string, string>) => annotated('theirs', { 'plumbline.dev/apply': 'never' }, data);
const names = async () => (await world.inventory()).map(({ name }) => name);
const dataOf = (name: string) => server.find('ConfigMap', name)?.data;

describe('an object that is only to be created', () => {
  it('is made, and then belongs to whoever changes it', async () => {
    expect(await applied([createOnly({ a: '1' })])).toMatchObject({ phase: 'healthy' });
    server.edit('ConfigMap', 'once', (object) => {
      object.data = { a: 'theirs' };
    });
    server.requests.length = 0;
    await world.reconcile('check');
    const asked = server.requests.filter(({ path }) => path.includes('/configmaps'));
    expect(asked.map(({ method, path }) => `${method} ${path.split('?')[0]?.split('/').at(-1)}`)).toEqual([
      'GET configmaps',
    ]);
    expect(await applied([createOnly({ a: '2' })])).toMatchObject({ phase: 'healthy', counts: { changed: 0 } });
    expect(dataOf('once')).toEqual({ a: 'theirs' });
    expect((await world.state())?.drift).toBeUndefined();
  });

  it('is made again when it is gone', async () => {
    await applied([createOnly({ a: '1' })]);
    server.delete('ConfigMap', 'once');
    await world.reconcile('check');
    expect(dataOf('once')).toEqual({ a: '1' });
  });

  it('goes when Git no longer has it, as what we made does', async () => {
    await applied([configMap('a'), createOnly()]);
    await applied([configMap('a')]);
    expect(dataOf('once')).toBeUndefined();
  });

  it('stays when somebody else had made it', async () => {
    await world.commit([configMap('once', { a: 'theirs' })]);
    await world.reconcile();
    const other = await createWorld({ transport: server.transport, namespace: 'staging', application: 'other' });
    await other.commit([createOnly({ a: 'ours' }), configMap('b')]);
    await other.reconcile();
    expect(await other.state()).toMatchObject({ phase: 'healthy' });
    await other.commit([configMap('b')]);
    await other.reconcile();
    expect(dataOf('once')).toEqual({ a: 'theirs' });
    expect((await other.inventory()).map(({ name }) => name)).toEqual(['b']);
  });

  it('is compared again once it is an object like any other', async () => {
    await applied([createOnly({ a: '1' })]);
    await applied([configMap('once', { a: '2' })]);
    expect(dataOf('once')).toEqual({ a: '2' });
    server.edit('ConfigMap', 'once', (object) => {
      object.data = { a: 'theirs' };
    });
    await world.reconcile('check');
    expect(dataOf('once')).toEqual({ a: '2' });
  });
});

describe('an object that is never to be touched', () => {
  it('is neither made, compared nor deleted', async () => {
    expect(await applied([never(), configMap('a')])).toMatchObject({ phase: 'healthy', counts: { objects: 1 } });
    expect(dataOf('theirs')).toBeUndefined();
    expect(await names()).toEqual(['a']);
  });

  it('is let go as it is, if it was ours, and taken up again later', async () => {
    await applied([configMap('theirs', { a: '1' }), configMap('a')]);
    await applied([never({ a: '2' }), configMap('a')]);
    expect(dataOf('theirs')).toEqual({ a: '1' });
    expect(await names()).toEqual(['a']);
    expect(world.lines.filter(({ message }) => message === 'object left in the cluster')).toHaveLength(1);
    await applied([configMap('a')]);
    expect(dataOf('theirs')).toEqual({ a: '1' });
    await applied([configMap('theirs', { a: '3' }), configMap('a')]);
    expect(dataOf('theirs')).toEqual({ a: '3' });
    expect(await names()).toEqual(['a', 'theirs']);
  });
});

describe('fault 49: an object that is to stay when Git no longer has it', () => {
  it.each([
    ['plumbline.dev/prune', 'keep'],
    ['helm.sh/resource-policy', 'keep'],
    ['kustomize.toolkit.fluxcd.io/prune', 'disabled'],
    ['kustomize.toolkit.fluxcd.io/reconcile', 'disabled'],
  ])('by %s: %s', async (annotation, value) => {
    await applied([configMap('a'), configMap('kept')]);
    server.edit('ConfigMap', 'kept', ({ metadata }) => {
      metadata.annotations = { [annotation]: value };
    });
    await applied([configMap('a')]);
    expect(dataOf('kept')).toBeDefined();
    expect(await names()).toEqual(['a']);
  });
});
