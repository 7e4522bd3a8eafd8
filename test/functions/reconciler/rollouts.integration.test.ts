import { describe, expect, it } from 'vitest';
import { type PolicyRule, readLogs, readPods, rulesForKinds } from '../../../shared/kubernetes/rules.ts';
import type { ApiAnswer, Transport } from '../../../shared/kubernetes/transport.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { deployment } from '../../support/manifests.ts';
import { createRealWorld, type RealWorld } from '../../support/real-world.ts';

/** Applies, waits no longer than the rollout may take, and gives what is told of it. */
async function stuck(world: RealWorld, object: KubernetesObject, settings: Parameters<RealWorld['commit']>[1] = {}) {
  await world.commit([object], { timeoutSeconds: 5, ...settings });
  await world.reconcile();
  const state = await world.state();
  expect(state?.phase).toBe('failed');
  return state?.problems.map(({ message }) => message).join('\n') ?? '';
}

const workloads: PolicyRule[] = [
  ...rulesForKinds(['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({ group: 'apps', kind }))),
  readPods,
];

const withSpec = (object: KubernetesObject, fields: object): KubernetesObject => {
  const { template, ...spec } = object.spec as { template: { spec: object } };
  return { ...object, spec: { ...spec, template: { ...template, spec: { ...template.spec, ...fields } } } };
};

describe('a rollout that is stuck is told by the reason of its own pods', () => {
  it('fault 51: an image that is not there', async () => {
    const world = await createRealWorld();
    expect(await stuck(world, deployment('web', { image: 'example.com/web:2-missing' }))).toMatch(
      /^not ready after 5 s: 0 of 2 pods are available; pod web-\S+: container web: ImagePullBackOff: .*example\.com\/web:2-missing.* \(and 1 more pods\)$/,
    );
  });

  it('fault 51: a container that keeps crashing; a node without logs does no harm', async () => {
    const world = await createRealWorld({ rules: [...workloads, readLogs] });
    const began = Date.now();
    const text = await stuck(world, deployment('web', { image: 'example.com/web:2-crash' }), { podLogs: 'show' });
    expect(text).toMatch(
      /pod web-\S+: container web: CrashLoopBackOff: .*: ended with exit code 1 \(Error\) \(and 1 more pods\)$/,
    );
    expect(Date.now() - began).toBeLessThan(60_000);
  });

  it('fault 51: and by its last lines, where the node has them and they may be shown', async () => {
    const asked: string[] = [];
    const world = await createRealWorld({
      rules: [...workloads, readLogs],
      through: withLogs('no database\nbye\n', asked),
    });
    const text = await stuck(world, deployment('web', { image: 'example.com/web:2-crash' }), { podLogs: 'show' });
    expect(text).toMatch(/CrashLoopBackOff: .*; its log ends: no database \| bye$/);
    expect(asked[0]).toMatch(/^\/api\/v1\/namespaces\/ns-\w+\/pods\/web-\S+\/log\?container=web&previous=true&/);
  });

  it('fault 51: whoever may not read logs is told the reason all the same', async () => {
    const world = await createRealWorld();
    const text = await stuck(world, deployment('web', { image: 'example.com/web:2-crash' }), { podLogs: 'show' });
    expect(text).toMatch(/CrashLoopBackOff: .*ended with exit code 1 \(Error\) \(and 1 more pods\)$/);
  });

  it('fault 51: a quota that lets no pod be made, of a Deployment', async () => {
    const world = await createRealWorld();
    await world.kubectl('create', 'quota', 'few', '--hard=pods=0');
    expect(await stuck(world, deployment('web'))).toMatch(
      /^not ready after 5 s: pods can't be created: FailedCreate: pods "web-\S+" is forbidden: exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0$/,
    );
  });

  it('fault 51: a quota that lets no pod be made, of a StatefulSet, which has no condition to tell it by', async () => {
    const world = await createRealWorld({ rules: workloads });
    await world.kubectl('create', 'quota', 'few', '--hard=pods=0');
    const { spec, ...web } = deployment('web');
    const set = { ...web, kind: 'StatefulSet', spec: { ...(spec as object), serviceName: 'web' } };
    expect(await stuck(world, set)).toMatch(
      /^not ready after 5 s: 0 of 2 pods exist; FailedCreate: [cC]reate Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: exceeded quota: few/,
    );
  });

  it('fault 51: pods that run and never become ready', async () => {
    const world = await createRealWorld();
    expect(await stuck(world, deployment('web', { image: 'example.com/web:2-unready' }))).toMatch(
      /^not ready after 5 s: 0 of 2 pods are available; pod web-\S+: Unhealthy: Readiness probe failed$/,
    );
  });

  it('fault 51: more memory than any node has', async () => {
    const world = await createRealWorld();
    const resources = { requests: { memory: '1Pi' } };
    const large = withSpec(deployment('web'), { containers: [{ name: 'web', image: 'example.com/web:1', resources }] });
    expect(await stuck(world, large)).toMatch(
      /pod web-\S+: Unschedulable: 0\/\d+ nodes are available: .*Insufficient memory/,
    );
  });
});

/** The API server's answer about logs, with a kubelet's in its place. */
const withLogs =
  (text: string, asked: string[]) =>
  (transport: Transport): Transport =>
  async (request, timeout) => {
    if (!request.path.includes('/log?')) return transport(request, timeout);
    asked.push(request.path);
    const answer: ApiAnswer = { status: 200, headers: { 'content-type': 'text/plain' }, text };
    return answer;
  };
