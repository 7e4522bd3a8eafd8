import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasHealth, judge } from '../../../shared/health/judge.ts';

const folder = join(import.meta.dirname, '../../fixtures/health');

/** What each fixture is judged to be. */
const expected: Record<string, string> = {
  'api-service/available': 'current',
  'api-service/new': 'progressing: it has not been looked at yet',
  'api-service/unavailable': 'progressing: MissingEndpoints: endpoints for service have no addresses',
  'cron-job/current': 'current',
  'cron-job/suspended': 'current',
  'custom-resource-definition/established': 'current',
  'custom-resource-definition/names-taken': 'failed: PluralConflict: "things" is already in use',
  'custom-resource-definition/new': 'progressing: it is not served yet',
  'custom-resource-definition/refused': 'failed: NotAccepted: not all names are accepted',
  'custom-resource/available': 'current',
  'custom-resource/judged-condition': 'current',
  'custom-resource/not-ready': 'progressing: Waiting: the bucket is being made',
  'custom-resource/outdated-condition': 'progressing: its controller has not judged the newest version yet',
  'custom-resource/outdated-stall': 'progressing: its controller has not judged the newest version yet',
  'custom-resource/ready': 'current',
  'custom-resource/reconciling': 'progressing: Progressing',
  'custom-resource/silent': 'current',
  'custom-resource/stalled': 'failed: InvalidSpec: count must be even',
  'custom-resource/unavailable': 'progressing: Available: no endpoint',
  'custom-resource/unknown': 'progressing: Waiting',
  'custom-resource/unobserved': 'progressing: its controller has not seen the newest version yet',
  'daemon-set/current': 'current',
  'daemon-set/new': 'progressing: it has not been looked at yet',
  'daemon-set/no-nodes': 'current',
  'daemon-set/on-delete': 'current',
  'daemon-set/unavailable': 'progressing: 1 of 2 pods are available',
  'daemon-set/updating': 'progressing: 1 of 2 pods are of the newest template',
  'deployment/current': 'current',
  'deployment/deadline-exceeded': 'failed: ProgressDeadlineExceeded: ReplicaSet "web-2" has timed out progressing.',
  'deployment/new': 'progressing: 0 of 3 pods are of the newest template',
  'deployment/old-pods': 'progressing: 1 old pods are still there',
  'deployment/paused': 'current',
  'deployment/quota': `progressing: pods can't be created: FailedCreate: pods "web-1" is forbidden: exceeded quota: few`,
  'deployment/scaled-to-zero': 'current',
  'deployment/terminating': 'terminating: it is being deleted',
  'deployment/unavailable': 'progressing: 2 of 3 pods are available',
  'deployment/unobserved': 'progressing: its controller has not seen the newest version yet',
  'deployment/updating': 'progressing: 1 of 3 pods are of the newest template',
  'horizontal-pod-autoscaler/current': 'current',
  'horizontal-pod-autoscaler/new': 'current',
  'horizontal-pod-autoscaler/no-metrics': 'current',
  'horizontal-pod-autoscaler/no-target': 'progressing: FailedGetScale: deployments/scale.apps "web" not found',
  'ingress/current': 'current',
  'ingress/without-address': 'current',
  'job/complete': 'current',
  'job/failed': 'failed: BackoffLimitExceeded: Job has reached the specified backoff limit',
  'job/running': 'progressing: 1 of 2 pods have succeeded',
  'job/suspended': 'current',
  'namespace/active': 'current',
  'namespace/new': 'progressing: it is not active yet',
  'namespace/terminating': 'terminating: it is being deleted',
  'network-policy/current': 'current',
  'persistent-volume-claim/bound': 'current',
  'persistent-volume-claim/lost': 'failed: its volume is gone',
  'persistent-volume-claim/pending': 'progressing: it is not bound to a volume yet',
  'persistent-volume/available': 'current',
  'persistent-volume/bound': 'current',
  'persistent-volume/failed': 'failed: the disk could not be deleted',
  'persistent-volume/new': 'progressing: it is not available yet',
  'persistent-volume/released': 'current',
  'pod-disruption-budget/current': 'current',
  'pod-disruption-budget/new': 'progressing: its pods have not been counted yet',
  'pod/crash-loop':
    'progressing: container web: CrashLoopBackOff: back-off 40s restarting failed container: ended with exit code 137 (OOMKilled)',
  'pod/evicted': 'failed: its containers failed: The node was low on resource memory.',
  'pod/failed': 'failed: container web ended with exit code 1 (Error)',
  'pod/image-pull': 'progressing: container web: ImagePullBackOff: Back-off pulling image "example.com/web:9"',
  'pod/init-failing': 'progressing: container migrate ended with exit code 2 (Error)',
  'pod/not-ready': 'progressing: it is not ready',
  'pod/ready': 'current',
  'pod/starting': 'progressing: it has not started',
  'pod/succeeded': 'current',
  'pod/unschedulable': 'progressing: Unschedulable: 0/2 nodes are available',
  'replica-set/current': 'current',
  'replica-set/quota': `progressing: pods can't be created: FailedCreate: exceeded quota: few`,
  'replica-set/scaling-down': 'progressing: 1 pods are to go',
  'replica-set/starting': 'progressing: 1 of 2 pods are available',
  'replication-controller/current': 'current',
  'replication-controller/starting': 'progressing: 1 of 2 pods are available',
  'service/cluster-ip': 'current',
  'service/load-balancer': 'current',
  'service/load-balancer-pending': 'progressing: its load balancer has no address yet',
  'stateful-set/current': 'current',
  'stateful-set/last-update': 'progressing: the last pods are being updated',
  'stateful-set/not-ready': 'progressing: 2 of 3 pods are ready',
  'stateful-set/on-delete': 'current',
  'stateful-set/partition': 'current',
  'stateful-set/starting': 'progressing: 1 of 3 pods exist',
  'stateful-set/updating': 'progressing: 1 of 3 pods are of the newest template',
  'validating-admission-policy/current': 'current',
  'validating-admission-policy/unobserved': 'progressing: its controller has not seen the newest version yet',
};

const fixtures = globSync('*/*.yaml', { cwd: folder }).map((path) => `${dirname(path)}/${basename(path, '.yaml')}`);

describe('health', () => {
  it('has a judgement for every fixture, and a fixture for every judgement', () => {
    expect(fixtures.sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.entries(expected))('%s is %s', (fixture, judgement) => {
    const { status, message } = judge(parse(readFileSync(join(folder, `${fixture}.yaml`), 'utf8')));
    expect(message === '' ? status : `${status}: ${message}`).toBe(judgement);
  });

  it.each([
    ['', 'ConfigMap', false],
    ['', 'Secret', false],
    ['rbac.authorization.k8s.io', 'Role', false],
    ['apps', 'Deployment', true],
    ['example.org', 'ConfigMap', true],
  ])('of kind %s/%s needs a look: %s', (group, kind, needed) => {
    expect(hasHealth({ group, kind })).toBe(needed);
  });
});
