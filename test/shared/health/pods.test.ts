import { describe, expect, it } from 'vitest';
import { endedContainerOf, exampleAmong, explainPods, podsOf } from '../../../shared/health/pods.ts';

const pod = (name: string, reason: string) => ({
  metadata: { name },
  status: { containerStatuses: [{ name: 'web', state: { waiting: { reason } } }] },
});

describe('the reason of a stuck rollout', () => {
  it('is the commonest one among its pods, with an example', () => {
    const pods = [pod('a', 'ErrImagePull'), pod('b', 'CrashLoopBackOff'), pod('c', 'CrashLoopBackOff')];
    expect(explainPods(pods)).toBe('pod b: container web: CrashLoopBackOff (and 2 more pods)');
  });

  it('leaves out what has been mended: a ready pod that had crashed, an init container that succeeded the second time', () => {
    const crashed = { lastState: { terminated: { exitCode: 1 } } };
    const ready = { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ name: 'web', ...crashed }] };
    const migrated = {
      initContainerStatuses: [{ name: 'migrate', ...crashed, state: { terminated: { exitCode: 0 } } }],
    };
    expect(explainPods([{ status: ready }, { status: migrated }])).toBe('');
  });

  it('is not how a container ended that is ready by now, while another hangs', () => {
    const proxy = { name: 'proxy', ready: true, state: { running: {} }, lastState: { terminated: { exitCode: 1 } } };
    const web = { name: 'web', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } };
    const hanging = { metadata: { name: 'a' }, status: { containerStatuses: [proxy, web] } };
    expect(explainPods([hanging])).toBe('pod a: container web: ImagePullBackOff');
    expect(endedContainerOf(hanging)).toBeUndefined();
  });

  it('is not how a pod ends that is being deleted', () => {
    const ended = { status: { containerStatuses: [{ name: 'web', state: { terminated: { exitCode: 143 } } }] } };
    const leaving = { metadata: { name: 'old', deletionTimestamp: '2026-11-21T12:00:00Z' }, ...ended };
    expect(explainPods([leaving])).toBe('');
    expect(explainPods([leaving, pod('new', 'ErrImagePull')])).toBe('pod new: container web: ErrImagePull');
  });

  it('is the end, too, of a container that does its work and is started again and again', () => {
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    const web = { name: 'web', state, lastState: { terminated: { exitCode: 0, reason: 'Completed' } } };
    const looping = { metadata: { name: 'a' }, status: { containerStatuses: [web] } };
    expect(explainPods([looping])).toBe('pod a: container web: CrashLoopBackOff: ended with exit code 0 (Completed)');
    expect(endedContainerOf(looping)).toEqual({ container: 'web', previous: true });
  });

  it('is empty where every pod is just starting', () => {
    expect(explainPods([pod('a', 'ContainerCreating'), { metadata: { name: 'b' }, status: {} }])).toBe('');
  });
});

describe('the container that ended', () => {
  const status = (fields: object) => ({ status: { containerStatuses: [{ name: 'web', ...fields }] } });
  const failed = { terminated: { exitCode: 1 } };

  it.each([
    [
      'waits to be started again',
      status({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: failed }),
      true,
    ],
    ['runs again', status({ state: { running: {} }, lastState: failed }), true],
    ['ended for good', status({ state: failed }), false],
  ])('%s: its log is the one before the present: %s', (_, pod, previous) => {
    expect(endedContainerOf(pod)).toEqual({ container: 'web', previous });
  });

  it.each([
    ['none ended', status({ state: { waiting: { reason: 'ImagePullBackOff' } } })],
    ['it ended well', status({ state: { terminated: { exitCode: 0 } }, lastState: failed })],
    ['nothing is known', {}],
  ])('is none where %s', (_, pod) => {
    expect(endedContainerOf(pod)).toBeUndefined();
  });

  it('is the one whose reason is told', () => {
    const pulling = { name: 'a', state: { waiting: { reason: 'ImagePullBackOff' } } };
    const crashing = { name: 'b', state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: failed };
    expect(endedContainerOf({ status: { containerStatuses: [pulling, crashing] } })).toBeUndefined();
    expect(endedContainerOf({ status: { containerStatuses: [crashing, pulling] } })?.container).toBe('b');
  });

  it('is the init container where that failed', () => {
    const pod = { status: { initContainerStatuses: [{ name: 'migrate', state: failed }], ...status({}).status } };
    expect(endedContainerOf(pod)).toEqual({ container: 'migrate', previous: false });
  });
});

describe('the pods of a workload', () => {
  const object = (kind: string, name: string, labels: Record<string, string>, namespace = 'staging') => ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace, labels },
  });
  const workload = { ...object('Deployment', 'web', {}), spec: { selector: { matchLabels: { app: 'web' } } } };

  it('are those that it selects in its namespace', () => {
    const pods = [
      object('Pod', 'a', { app: 'web', more: 'x' }),
      object('Pod', 'b', { app: 'other' }),
      object('Pod', 'c', { app: 'web' }, 'production'),
      object('ReplicaSet', 'd', { app: 'web' }),
    ];
    expect(podsOf(workload, pods).map(({ metadata }) => metadata.name)).toEqual(['a']);
    expect(podsOf(object('Job', 'a', {}), pods)).toEqual([]);
  });

  it('have the one for their example that tells the commonest reason', () => {
    const pods = [pod('a', 'ErrImagePull'), pod('b', 'CrashLoopBackOff'), pod('c', 'CrashLoopBackOff')];
    expect(
      exampleAmong(pods.map((each) => ({ ...object('Pod', each.metadata.name, {}), ...each })))?.metadata.name,
    ).toBe('b');
  });
});
