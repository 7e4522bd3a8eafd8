import { beforeAll, describe, expect, it } from 'vitest';
import { PlumblineError } from '../../shared/errors.ts';
import { takeOver } from '../../shared/kubernetes/additions.ts';
import type { ApplyOptions, Cluster } from '../../shared/kubernetes/cluster.ts';
import { hashOwned } from '../../shared/kubernetes/ownership.ts';
import { indexResources, type Resource, type Resources } from '../../shared/kubernetes/resource.ts';
import type { KubernetesObject } from '../../shared/manifests/object.ts';

type Subject = { cluster: Cluster; namespace: string };

const ours: ApplyOptions = { manager: 'plumbline:contract/one', force: false, dryRun: false };

/** What every cluster adapter does, whatever stands behind it. */
export function clusterContract(open: () => Promise<Subject>): void {
  let cluster: Cluster;
  let namespace: string;
  let resources: Resources;
  let configMaps: Resource;

  beforeAll(async () => {
    ({ cluster, namespace } = await open());
    resources = indexResources((await cluster.discover()).resources);
    configMaps = need('v1', 'ConfigMap');
  });

  function need(apiVersion: string, kind: string): Resource {
    const found = resources.find(apiVersion, kind);
    if (found === undefined) throw new Error(`${kind} is not served`);
    return found;
  }

  const configMap = (
    name: string,
    data: Record<string, string>,
    labels?: Record<string, string>,
  ): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ...(labels && { labels }) },
    data,
  });

  async function applied(object: KubernetesObject, options: Partial<ApplyOptions> = {}) {
    const result = await cluster.apply(configMaps, object, { ...ours, ...options });
    if (result.outcome !== 'applied') throw new Error(JSON.stringify(result));
    return result.object;
  }

  const read = (name: string) => cluster.read(configMaps, { namespace, name });

  describe('discovery', () => {
    it('tells the path, the scope and the version of a kind', () => {
      expect(need('apps/v1', 'Deployment')).toMatchObject({ group: 'apps', plural: 'deployments', namespaced: true });
      expect(need('v1', 'Namespace')).toMatchObject({ group: '', plural: 'namespaces', namespaced: false });
      expect(resources.find('v1', 'Deployment')).toBeUndefined();
    });
  });

  describe('apply', () => {
    it('creates an object and gives its uid', async () => {
      const object = await applied(configMap('created', { a: '1' }));
      expect(object.metadata.uid).not.toBe('');
      expect((await read('created'))?.data).toEqual({ a: '1' });
    });

    it('leaves an unchanged object at its resourceVersion', async () => {
      const first = await applied(configMap('same', { a: '1' }));
      const second = await applied(configMap('same', { a: '1' }));
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it('removes a field that is no longer said', async () => {
      await applied(configMap('fewer', { a: '1', b: '2' }));
      expect((await applied(configMap('fewer', { a: '1' }))).data).toEqual({ a: '1' });
    });

    it('names field and manager of a conflict, and changes nothing', async () => {
      await applied(configMap('claimed', { a: '1' }));
      const result = await cluster.apply(configMaps, configMap('claimed', { a: '2' }), { ...ours, manager: 'other' });
      expect(result).toEqual({ outcome: 'conflict', conflicts: [{ manager: ours.manager, field: '.data.a' }] });
      expect((await read('claimed'))?.data).toEqual({ a: '1' });
    });

    it('takes a field over by force', async () => {
      await applied(configMap('forced', { a: '1' }));
      const object = await applied(configMap('forced', { a: '2' }), { manager: 'other', force: true });
      expect(object.data).toEqual({ a: '2' });
      expect(hashOwned(object, ours.manager)).not.toBe(hashOwned(object, 'other'));
    });

    it('changes nothing in a dry run, and says what would come of it', async () => {
      await applied(configMap('dry', { a: '1' }));
      expect((await applied(configMap('dry', { a: '2' }), { dryRun: true })).data).toEqual({ a: '2' });
      expect((await read('dry'))?.data).toEqual({ a: '1' });
    });

    it('keeps integers beyond 2^53', async () => {
      const object = configMap('long', { n: '1' });
      object.metadata.annotations = { count: '12345678901234567890' };
      expect((await applied(object)).metadata.annotations?.count).toBe('12345678901234567890');
    });
  });

  describe('list', () => {
    it('gives every object with the label, page after page, each with its kind', async () => {
      const names = Array.from({ length: 520 }, (_, index) => `listed-${index}`);
      for (let start = 0; start < names.length; start += 40)
        await Promise.all(names.slice(start, start + 40).map((name) => applied(configMap(name, {}, { list: 'yes' }))));
      const found = await cluster.list(configMaps, namespace, 'list=yes');
      expect(found.map(({ metadata }) => metadata.name).sort()).toEqual(names.sort());
      expect(new Set(found.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))).toEqual(new Set(['v1 ConfigMap']));
    });
  });

  describe('list by a field', () => {
    it('gives the objects of a name, with or without a label', async () => {
      for (const name of ['named', 'named-too']) await applied(configMap(name, {}));
      const found = await cluster.list(configMaps, namespace, '', 'metadata.name=named');
      expect(found.map(({ metadata }) => metadata.name)).toEqual(['named']);
    });
  });

  describe('read', () => {
    it('says undefined of what is not there', async () => {
      expect(await read('nobody')).toBeUndefined();
    });
  });

  describe('log', () => {
    it('fails for a pod that is not there, and says so', async () => {
      const options = { container: 'web', previous: true, lines: 10 };
      await expect(cluster.log(need('v1', 'Pod'), { namespace, name: 'nobody' }, options)).rejects.toThrow(
        PlumblineError,
      );
    });
  });

  describe('remove', () => {
    it('deletes the object with this uid', async () => {
      const { metadata } = await applied(configMap('going', {}));
      expect(await cluster.remove(configMaps, { namespace, name: 'going' }, metadata.uid)).toEqual({ outcome: 'gone' });
      expect(await read('going')).toBeUndefined();
    });

    it('leaves one with another uid', async () => {
      await applied(configMap('staying', {}));
      const result = await cluster.remove(configMaps, { namespace, name: 'staying' }, 'another');
      expect(result).toEqual({ outcome: 'other' });
      expect(await read('staying')).toBeDefined();
    });

    it('is done with what is gone already', async () => {
      expect(await cluster.remove(configMaps, { namespace, name: 'nobody' }, 'any')).toEqual({ outcome: 'gone' });
    });

    it('deletes what an object owns before it, if that is asked, and then the object', async () => {
      const { metadata } = await applied(configMap('owner', {}));
      const removed = await cluster.remove(configMaps, { namespace, name: 'owner' }, metadata.uid, 'Foreground');
      expect(['gone', 'terminating']).toContain(removed.outcome);
      await expect.poll(() => read('owner'), { timeout: 60_000 }).toBeUndefined();
    });

    it('says which finalizers hold a deletion back', async () => {
      const object = configMap('held', {});
      object.metadata.finalizers = ['example.org/hold'];
      const { metadata } = await applied(object);
      const result = await cluster.remove(configMaps, { namespace, name: 'held' }, metadata.uid);
      expect(result).toEqual({ outcome: 'terminating', finalizers: ['example.org/hold'] });
    });
  });

  describe('reassign', () => {
    it("makes another manager's fields ours, so that the next apply removes them", async () => {
      await applied(configMap('mixed', { a: '1' }));
      const mixed = await applied(configMap('mixed', { b: '2' }), { manager: 'kubectl' });
      expect(mixed.data).toEqual({ a: '1', b: '2' });
      expect(await cluster.reassign(configMaps, mixed, takeOver(mixed, ours.manager))).toBe('written');
      expect((await applied(configMap('mixed', { a: '1' }))).data).toEqual({ a: '1' });
    });

    it('writes nothing over an object that has changed since', async () => {
      const old = await applied(configMap('moved', { a: '1' }));
      await applied(configMap('moved', { a: '2' }));
      expect(await cluster.reassign(configMaps, old, takeOver(old, ours.manager))).toBe('stale');
    });
  });
}
