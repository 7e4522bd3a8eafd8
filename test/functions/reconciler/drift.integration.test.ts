import { beforeAll, describe, expect, it } from 'vitest';
import { configMap, deployment, secret } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

const web = (world: RealWorld) => world.live('apps/v1', 'Deployment', 'web');

type Workload = { spec: { template: { spec: Record<string, unknown> } } };

describe('fault 53: what kubectl did', () => {
  let world: RealWorld;
  const at = ' at 2\\d{3}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
  const patch = (kind: string, name: string, change: object) =>
    world.kubectl('patch', kind, name, '--patch', JSON.stringify(change));
  const pod = (spec: object) => patch('deployment', 'web', { spec: { template: { spec } } });

  async function checked() {
    await world.reconcile('check');
    const { drift, phase } = (await world.state()) ?? {};
    expect(phase).not.toBe('failed');
    return drift?.differences.map(({ field, message }) => `${field}: ${message}`);
  }

  beforeAll(async () => {
    world = await createRealWorld();
    const kept = configMap('kept', { a: '1' }, { annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'Merge' } });
    const told = configMap('told', { a: '1' }, { annotations: { 'plumbline.dev/drift': 'report' } });
    const unwatched = configMap('unwatched', { a: '1' }, { annotations: { 'plumbline.dev/drift': 'ignore' } });
    await world.commit([deployment('web'), secret('password', { key: 'b2xk' }), kept, told, unwatched]);
    await world.reconcile();
    expect((await world.state())?.problems).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a sidecar',
      () => pod({ containers: [{ name: 'sidecar', image: 'x:1' }] }),
      String.raw`spec\.template\.spec\.containers\[name=sidecar\]: \(absent\) → \{"name":"sidecar","image":"x:1".*, by kubectl-patch`,
    ],
    [
      'hostNetwork',
      () => pod({ hostNetwork: true }),
      String.raw`spec\.template\.spec\.hostNetwork: \(absent\) → true, by kubectl-patch`,
    ],
    [
      'a variable',
      () => world.kubectl('set', 'env', 'deployment/web', 'A=1'),
      String.raw`spec\.template\.spec\.containers\[name=web\]\.env: \(absent\) → \[\{"name":"A","value":"1"\}\], by kubectl-set`,
    ],
    [
      'a changed key of a Secret',
      () => patch('secret', 'password', { stringData: { key: 'by hand' } }),
      String.raw`data\.key: \(masked\) → \(masked, different\), by kubectl-patch`,
    ],
  ])('%s: is undone, and told with who did it and when', async (_, change, message) => {
    await change();
    expect(await checked()).toContainEqual(expect.stringMatching(new RegExp(`^${message}${at}$`)));
    const { template } = ((await web(world)) as unknown as Workload).spec;
    expect(template.spec.hostNetwork).toBeUndefined();
    expect(template.spec.containers).toMatchObject([{ name: 'web' }]);
    expect(JSON.stringify(template.spec.containers)).not.toContain('"env"');
    expect((await world.live('v1', 'Secret', 'password'))?.data).toEqual({ key: 'b2xk' });
  });

  it('is undone by one write, though it both changed and added something', async () => {
    const change = { image: 'x:1', name: 'web' };
    await pod({ hostNetwork: true, containers: [change] });
    const before = await web(world);
    await checked();
    const after = await web(world);
    expect(after?.metadata.generation).toBe((before?.metadata.generation ?? 0) + 1);
    expect(JSON.stringify(after?.spec)).not.toMatch(/hostNetwork|"x:1"/);
  });

  it('is no drift where it only restarted the pods', async () => {
    const before = (await world.state())?.drift;
    await world.kubectl('rollout', 'restart', 'deployment', 'web');
    await world.reconcile('check');
    expect((await world.state())?.drift).toEqual(before);
    expect(JSON.stringify((await web(world))?.spec)).toContain('kubectl.kubernetes.io/restartedAt');
  });

  it('is kept, told or not looked at, object by object', async () => {
    for (const name of ['kept', 'told', 'unwatched']) await patch('configmap', name, { data: { a: '2', b: 'added' } });
    const found = await checked();
    const dataOf = async (name: string) => (await world.live('v1', 'ConfigMap', name))?.data;
    expect(await dataOf('kept')).toEqual({ a: '1', b: 'added' });
    expect(await dataOf('told')).toEqual({ a: '2', b: 'added' });
    expect(await dataOf('unwatched')).toEqual({ a: '2', b: 'added' });
    const { differences = [] } = (await world.state())?.drift ?? {};
    expect(differences.map(({ object, field, corrected }) => `${object?.split('/')[1]} ${field} ${corrected}`)).toEqual(
      ['told data.a false', 'told data.b false', 'kept data.a true'],
    );
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^data\\.a: "1" → "2", by kubectl-patch${at}$`)));
  });
});
