import { expect, it } from 'vitest';
import { rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import { configMap, deployment, volumeClaim } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

const rules = rulesForKinds([
  { group: '', kind: 'ConfigMap' },
  { group: '', kind: 'PersistentVolumeClaim' },
  { group: 'apps', kind: 'Deployment' },
]);
const objects = [deployment('web'), volumeClaim('data'), configMap('settings')];

const ids = (world: RealWorld) =>
  world.kubectl('get', 'deployment,replicaset,pvc', '-o', 'jsonpath={.items[*].metadata.uid}');

async function managersOf(world: RealWorld) {
  const { metadata } = (await world.live('v1', 'ConfigMap', 'settings')) ?? {};
  return metadata?.managedFields?.map(({ manager, operation }) => `${operation} ${manager}`);
}

it('an application that is renamed keeps its objects as they stand, and its old name owns nothing of them', async () => {
  const world = await createRealWorld({ rules });
  const { environment } = world;
  await world.commitAll({ web: objects });
  await world.reconcile();
  const before = await ids(world);

  await world.commitAll({ shop: objects });
  await world.reconcile();
  expect(await managersOf(world)).toEqual(['Update before-first-apply']);
  const shop = world.neighbour('shop');
  await shop.reconcile();
  expect(await shop.state()).not.toMatchObject({ phase: 'failed' });
  await world.reconcile();

  expect(await world.state()).toBeUndefined();
  expect(await ids(world)).toBe(before);
  expect(await managersOf(world)).toEqual([`Apply plumbline:${environment}/shop`]);
  expect((await world.live('v1', 'ConfigMap', 'settings'))?.metadata.labels).toEqual({
    'plumbline.dev/application': `${environment}.shop`,
  });
});
