import { describe, expect, it } from 'vitest';
import { checkArtifact, secretWarnings } from '../../../functions/reconciler/check-artifact.ts';
import { prepareArtifact } from '../../../functions/reconciler/prepared.ts';
import type { ArtifactObject } from '../../../shared/artifacts/artifact.ts';
import type { ApplySettings } from '../../../shared/artifacts/release.ts';
import { indexResources } from '../../../shared/kubernetes/resource.ts';
import type { KubernetesObject } from '../../../shared/manifests/object.ts';
import { describeProblem } from '../../../shared/problem.ts';
import { fakeResources } from '../../fakes/fake-kinds.ts';
import { configMap, deployment, secret } from '../../support/manifests.ts';

const settings: ApplySettings = {
  cluster: 'main',
  namespace: 'staging',
  allowedNamespaces: ['staging', 'jobs'],
  allowedClusterKinds: ['Namespace'],
  secrets: 'refuse',
  prune: true,
  drift: 'correct',
  conflicts: 'fail',
  rules: [],
  adopt: [],
  dependsOn: [],
  timeoutSeconds: 300,
  suspend: false,
};

function check(objects: (KubernetesObject | ArtifactObject)[], changes: Partial<ApplySettings> = {}) {
  const context = {
    name: { environment: 'e', application: 'a' },
    settings: { ...settings, ...changes },
    resources: indexResources(fakeResources),
  };
  const artifact = objects.map((each) => ('object' in each ? each : { object: each })) as ArtifactObject[];
  return checkArtifact({ ...prepareArtifact(artifact, context), settings: context.settings }).map(describeProblem);
}

const namespace = (name: string): KubernetesObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const clusterRole: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'all' },
};

describe('before anything is sent', () => {
  it('finds nothing wrong with what is allowed', () => {
    expect(check([configMap('a'), configMap('b', {}, { namespace: 'jobs' }), namespace('jobs')])).toEqual([]);
  });

  it.each<[string, KubernetesObject, RegExp]>([
    [
      "fault 64: another tenant's namespace",
      configMap('a', {}, { namespace: 'other' }),
      /may not write to the namespace "other"; allowed is staging, jobs \(namespaces in deployer\.yaml\)/,
    ],
    [
      'fault 64: kube-system',
      configMap('a', {}, { namespace: 'kube-system' }),
      /may not write to the namespace "kube-system"/,
    ],
    ["fault 64: another tenant's Namespace itself", namespace('other'), /may not write to the namespace "other"/],
    [
      'fault 64: a kind outside of namespaces',
      clusterRole,
      /may not own ClusterRole\.rbac\.authorization\.k8s\.io, which stands outside any namespace; allowed is Namespace/,
    ],
    ['fault 65: a Secret in plain text', secret('s', { a: 'MQ==' }), /must not stand in Git in plain text; encrypt it/],
    [
      'fault 65: a Secret in plain text, as strings',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: '1' } },
      /must not stand in Git in plain text/,
    ],
    [
      'fault 50: too large',
      configMap('a', { a: 'x'.repeat(1_600_000) }),
      /takes 1563 KiB; a cluster can keep objects of 1536 KiB/,
    ],
    [
      'fault 50: too many annotations',
      configMap('a', {}, { annotations: { a: 'x'.repeat(300_000) } }),
      /annotations take 293 KiB; the API server accepts 256 KiB/,
    ],
    [
      'a policy for conflicts that is none',
      configMap('a', {}, { annotations: { 'plumbline.dev/conflict': 'win' } }),
      /must be force, yield or fail; found "win"/,
    ],
    [
      'a wish for pruning that is none',
      configMap('a', {}, { annotations: { 'plumbline.dev/prune': 'never' } }),
      /must be keep or delete; found "never"/,
    ],
    [
      'fault 46: a kind that nobody serves',
      { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 't' } },
      /does not serve Thing as example\.org\/v1, and no CustomResourceDefinition here defines it/,
    ],
    [
      'fault 46: a version that is no longer served',
      { apiVersion: 'apps/v1beta2', kind: 'Deployment', metadata: { name: 'd' } },
      /does not serve Deployment as apps\/v1beta2, but as apps\/v1; change the apiVersion/,
    ],
    [
      'a generated name',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'a-' } } as unknown as KubernetesObject,
      /has no name; every object needs one of its own/,
    ],
  ])('%s', (_, object, problem) => {
    expect(check([object])).toEqual([expect.stringMatching(problem)]);
  });

  it.each<[string, object, string]>([
    [
      'hostPath',
      { volumes: [{ name: 'v', hostPath: { path: '/' } }] },
      'volumes[0].hostPath: found {"path":"/"}; this',
    ],
    ['hostNetwork', { hostNetwork: true }, 'hostNetwork: found true; this environment accepts false, or nothing'],
    [
      'a privileged container',
      { containers: [{ name: 'w', securityContext: { privileged: true } }] },
      'containers[0].securityContext.privileged: found true; this environment accepts false, or nothing',
    ],
  ])('fault 64: %s', (_title, spec, words) => {
    const source = { file: 'web/web.yaml', line: 3 };
    const object = { ...deployment('web'), spec: { template: { spec } } };
    const place = `web/web.yaml:3: Deployment staging/web: spec.template.spec.${words}`;
    const [problem, ...more] = check([{ object, source }]);
    expect(problem?.slice(0, place.length)).toBe(place);
    expect(problem).toMatch(/\(podSecurity: baseline in deployer\.yaml\)$/);
    expect(more).toEqual([]);
    expect(check([object], { podSecurity: 'privileged' })).toEqual([]);
  });

  it('fault 64: a webhook configuration, and a binding of a cluster role', () => {
    const rbac = 'rbac.authorization.k8s.io/v1';
    const binding = { apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name: 'all' } };
    const webhook = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'all' },
    };
    expect(check([binding, webhook])).toEqual([
      expect.stringMatching(/may not own ClusterRoleBinding\.rbac\.authorization\.k8s\.io/),
      expect.stringMatching(/may not own ValidatingWebhookConfiguration\.admissionregistration\.k8s\.io/),
    ]);
  });

  it('fault 64: a Namespace that would let more pods in', () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
    expect(check([{ ...namespace('jobs'), metadata: { name: 'jobs', labels } }])).toEqual([
      expect.stringMatching(
        /^Namespace jobs: metadata\.labels\["pod-security.*found "privileged"; .* baseline, restricted/,
      ),
    ]);
  });

  it("never lets an environment into Plumbline's own namespace", () => {
    const allowedNamespaces = ['staging', 'plumbline-system'];
    expect(
      check([configMap('a', {}, { namespace: 'plumbline-system' }), namespace('plumbline-system')], {
        allowedNamespaces,
      }),
    ).toHaveLength(2);
  });

  it('fault 35: finds one object twice, and says where', () => {
    const at = (line: number) => ({ object: configMap('a'), source: { file: 'web/all.yaml', line } });
    expect(check([at(1), at(7)])).toEqual([
      'web/all.yaml:7: ConfigMap staging/a: is there twice; the other one is in web/all.yaml',
    ]);
  });

  it('tells everything at once, with file and line', () => {
    const source = { file: 'web/secret.yaml', line: 4 };
    expect(check([{ object: secret('s', { a: 'MQ==' }), source }, clusterRole])).toEqual([
      expect.stringMatching(/^web\/secret\.yaml:4: Secret staging\/s: /),
      expect.stringMatching(/^ClusterRole all: /),
    ]);
  });

  it('fault 65: never quotes what a Secret holds', () => {
    expect(check([secret('s', { a: 'aGlkZGVu' })]).join()).not.toContain('aGlkZGVu');
  });

  it('lets a Secret through that holds nothing, and all of them where that is the policy', () => {
    expect(
      check([
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token' }, type: 'kubernetes.io/service-account-token' },
      ]),
    ).toEqual([]);
    expect(check([secret('s', { a: 'MQ==' })], { secrets: 'allow' })).toEqual([]);
    expect(check([secret('s', { a: 'MQ==' })], { secrets: 'warn' })).toEqual([]);
  });

  it('warns of Secrets in plain text where the policy says so', () => {
    const context = {
      name: { environment: 'e', application: 'a' },
      settings,
      resources: indexResources(fakeResources),
    };
    const { prepared } = prepareArtifact([{ object: secret('s', { a: 'MQ==' }) }, { object: configMap('a') }], context);
    expect(secretWarnings({ prepared, settings: { ...settings, secrets: 'warn' } })).toHaveLength(1);
    expect(secretWarnings({ prepared, settings: { ...settings, secrets: 'allow' } })).toHaveLength(0);
  });
});
