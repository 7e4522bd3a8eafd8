import { describe, expect, it } from 'vitest';
import { explainPods } from '../../../shared/health/pods.ts';

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

  it('is empty where every pod is just starting', () => {
    expect(explainPods([pod('a', 'ContainerCreating'), { metadata: { name: 'b' }, status: {} }])).toBe('');
  });
});
