import { beforeEach, describe, expect, it } from 'vitest';
import type { ApplySettings } from '../../../shared/artifacts/release.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { createFakeApiServer, type FakeApiServer, status } from '../../fakes/api-server.ts';
import { configMap, volumeClaim } from '../../support/manifests.ts';
import { createWorld, type World } from '../../support/reconciler-world.ts';

let server: FakeApiServer;
let one: World;
let other: World;

beforeEach(async () => {
  server = createFakeApiServer();
  const common = { transport: server.transport, namespace: 'staging' };
  one = await createWorld(common);
  other = await createWorld({ ...common, application: 'other' });
});

async function applied(world: World, manifests: KubernetesObject[], settings: Partial<ApplySettings> = {}) {
  await world.commit(manifests, settings);
  await world.reconcile();
  return world.state();
}

const claim = volumeClaim('data');
const kept = configMap('moves', { a: '1', b: '1' }, { annotations: { 'plumbline.dev/prune': 'keep' } });
const never = configMap('moves', { a: '1' }, { annotations: { 'plumbline.dev/apply': 'never' } });

const managersOf = (kind: string, name: string) =>
  server.find(kind, name)?.metadata.managedFields?.map(({ manager }) => manager);

describe('what stays in the cluster though its application no longer has it', () => {
  it.each<[string, KubernetesObject, (object: KubernetesObject) => Promise<unknown>]>([
    [
      'what holds data',
      claim,
      async (object) => {
        await applied(one, [object]);
        await one.remove();
        await one.reconcile();
      },
    ],
    [
      'what is annotated to be kept',
      kept,
      async (object) => {
        await applied(one, [configMap('a'), object]);
        await applied(one, [configMap('a')]);
      },
    ],
    [
      'what is never to be touched any more',
      configMap('moves', { a: '1', b: '1' }),
      async (object) => {
        await applied(one, [configMap('a'), object]);
        await applied(one, [configMap('a'), never]);
      },
    ],
    [
      'all of an application that was never to be pruned',
      configMap('moves', { a: '1', b: '1' }),
      async (object) => {
        await applied(one, [object], { prune: false });
        await one.remove();
        await one.reconcile();
      },
    ],
  ])('belongs to the next application that has it: %s', async (_, object, leave) => {
    await leave(object);
    const { kind, metadata } = object;
    expect(managersOf(kind, metadata.name)).toEqual(['before-first-apply']);
    expect(await applied(other, [object])).not.toMatchObject({ phase: 'failed' });
    expect(managersOf(kind, metadata.name)).toEqual(['plumbline:staging/other']);
    expect(server.find(kind, metadata.name)?.metadata.labels).toEqual({ 'plumbline.dev/application': 'staging.other' });
  });

  it('loses what the next one does not say', async () => {
    await applied(one, [configMap('a'), kept]);
    await applied(one, [configMap('a')]);
    await applied(other, [configMap('moves', { a: '2' })]);
    expect(server.find('ConfigMap', 'moves')?.data).toEqual({ a: '2' });
  });

  it('stays as it is where it may not be written to', async () => {
    await applied(one, [configMap('a'), kept]);
    server.intercept = ({ method, path }) =>
      method === 'PATCH' && path.endsWith('/moves') ? status(403, 'Forbidden', 'no') : undefined;
    expect(await applied(one, [configMap('a')])).toMatchObject({ phase: 'healthy' });
    expect(managersOf('ConfigMap', 'moves')).toEqual(['plumbline:staging/web']);
  });
});

it('an object that moves is tried again soon where the application that had it has not let go of it yet', async () => {
  await applied(one, [configMap('a'), configMap('moves')]);
  const refused = await applied(other, [configMap('moves')]);
  expect(refused).toMatchObject({ phase: 'failed', next: { why: 'retry', at: '2026-11-21T12:00:15.000Z' } });
  await applied(one, [configMap('a')]);
  await other.reconcile();
  expect(await other.state()).toMatchObject({ phase: 'healthy' });
  expect(managersOf('ConfigMap', 'moves')).toEqual(['plumbline:staging/other']);
});
