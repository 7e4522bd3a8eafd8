import { describe, expect, it } from 'vitest';
import { hookStatus } from '../../../../functions/reconciler/hooks/hook-status.ts';
import type { LiveObject } from '../../../../shared/kubernetes/live-object.ts';
import { doneJob, failedJob } from '../../../fakes/api-server.ts';

const live = (apiVersion: string, kind: string, status?: object): LiveObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a', namespace: 'n', uid: '1', resourceVersion: '1' },
  ...(status && { status }),
});

const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

describe('a hook', () => {
  it.each<[string, LiveObject, string]>([
    ['a Job that was just made', live('batch/v1', 'Job'), 'progressing'],
    ['a Job that is done', live('batch/v1', 'Job', doneJob), 'current'],
    ['a Job that has given up', live('batch/v1', 'Job', failedJob), 'failed'],
    ['a Pod that was just made', live('v1', 'Pod'), 'progressing'],
    [
      'a Pod that runs and is ready, and so has not ended',
      live('v1', 'Pod', { phase: 'Running', ...ready }),
      'progressing',
    ],
    ['a Pod that has ended well', live('v1', 'Pod', { phase: 'Succeeded' }), 'current'],
    ['a Pod that has failed', live('v1', 'Pod', { phase: 'Failed' }), 'failed'],
    ['a Deployment that is not rolled out, which is not waited for', live('apps/v1', 'Deployment'), 'current'],
    ['a custom resource that is called Job', live('example.org/v1', 'Job'), 'current'],
  ])('%s', (_, object, status) => {
    expect(hookStatus(object).status).toBe(status);
  });
});
