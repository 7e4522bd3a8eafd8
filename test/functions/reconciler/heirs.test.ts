import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeApiServer, type FakeApiServer } from '../../fakes/api-server.ts';
import { configMap, hookJob, volumeClaim } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let world: World;

beforeEach(async () => {
  server = createFakeApiServer();
  world = await createWorld({ transport: server.transport, namespace: 'staging' });
});

const claim = volumeClaim('data');
const settings = configMap('settings', { a: '1' });

const deletions = () => server.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
const uidOf = (kind: string, name: string) => server.find(kind, name)?.metadata.uid;
const ownerOf = (kind: string, name: string) => server.find(kind, name)?.metadata.labels?.['plumbline.dev/application'];

describe('what another application of the same revision has', () => {
  it.each(['the old one first', 'the new one first'])('moves as it stands: %s', async (order) => {
    await world.commitAll({ web: [settings, claim, configMap('stays')], other: [configMap('b')] });
    await world.reconcile();
    const uid = uidOf('PersistentVolumeClaim', 'data');
    await world.commitAll({ web: [configMap('stays')], other: [settings, claim, configMap('b')] });
    const other = world.neighbour('other');
    if (order === 'the new one first') await other.reconcile();
    await world.reconcile();
    expect(await world.state()).toMatchObject({
      phase: 'progressing',
      problems: expect.arrayContaining([
        {
          object: 'ConfigMap staging/settings',
          message: 'moves to the application other, which has not applied it yet',
        },
      ]),
    });
    await other.reconcile();
    expect(await other.state()).not.toMatchObject({ phase: 'failed' });
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
    expect(await world.inventory()).toMatchObject([{ name: 'stays' }]);
    expect(uidOf('PersistentVolumeClaim', 'data')).toBe(uid);
    expect(ownerOf('ConfigMap', 'settings')).toBe('staging.other');
    expect(deletions()).toEqual([]);
  });

  it('outlives the application that was renamed', async () => {
    await world.commitAll({ web: [settings, claim] });
    await world.reconcile();
    await world.commitAll({ shop: [settings, claim] });
    await world.reconcile();
    expect(await world.state()).toMatchObject({ phase: 'removed' });
    await world.neighbour('shop').reconcile();
    await world.reconcile();
    expect(await world.state()).toBeUndefined();
    expect(ownerOf('ConfigMap', 'settings')).toBe('staging.shop');
    expect(deletions()).toEqual([]);
  });

  it('is deleted after all if that one gives it up before it has applied it', async () => {
    await world.commitAll({ web: [settings, configMap('stays')], other: [configMap('b')] });
    await world.reconcile();
    await world.commitAll({ web: [configMap('stays')], other: [settings, configMap('b')] });
    await world.reconcile();
    await world.commitAll({ web: [configMap('stays')], other: [configMap('b')] });
    await world.reconcile();
    expect(server.find('ConfigMap', 'settings')).toBeUndefined();
    expect(await world.state()).toMatchObject({ phase: 'healthy' });
  });

  it('is told by a plan', async () => {
    await world.commitAll({ web: [settings, configMap('stays')], other: [configMap('b')] });
    await world.reconcile();
    const entryOf = async (name: string) => {
      const release = await world.ports.readRelease((await world.ports.state.readDesired('staging'))?.release ?? '');
      return release.applications[name];
    };
    await world.commitAll({ web: [configMap('stays')], other: [settings, configMap('b')] });
    const [web, other] = [await entryOf('web'), await entryOf('other')];
    if (web === undefined || other === undefined) throw new Error('there is no release');
    const { objects } = await world.plan({ web, other });
    expect(objects).toEqual([
      { object: 'ConfigMap staging/settings', action: 'keep', because: 'it moves to the application other' },
    ]);
  });
});

it('a hook of another application keeps nothing', async () => {
  await world.commitAll({ web: [hookJob('migrate', 'post-install'), settings], other: [configMap('b')] });
  await world.reconcile();
  await world.commitAll({ web: [settings], other: [hookJob('migrate', 'post-install'), configMap('b')] });
  await world.reconcile();
  expect(server.find('Job', 'migrate')).toBeUndefined();
});

/** The artifacts that are read from now on. */
function artifactsRead(): string[] {
  const read: string[] = [];
  const { get } = world.ports.objects;
  world.ports.objects.get = (key, most) => {
    if (key.startsWith('artifacts/')) read.push(key);
    return get(key, most);
  };
  return read;
}

it('is read once for all that one revision gives up', async () => {
  const three = { web: [settings], api: [configMap('api')], other: [configMap('b')] };
  await world.commitAll(three);
  for (const name of Object.keys(three)) await world.neighbour(name).reconcile();
  await world.commitAll({ other: three.other });
  const read = artifactsRead();
  await world.neighbour('web').reconcile();
  await world.neighbour('api').reconcile();
  // The applications' own ones, for their hooks, and that of the one that is left.
  expect(read).toHaveLength(3);
  expect(deletions()).toHaveLength(2);
});

it('nothing is read of others by a pass that gives up nothing', async () => {
  await world.commitAll({ web: [settings], other: [configMap('b')] });
  const read = artifactsRead();
  await world.reconcile();
  await world.commitAll({ web: [configMap('settings', { a: '2' })], other: [configMap('b')] });
  await world.reconcile();
  await world.reconcile('check');
  expect(read).toHaveLength(2);
});
