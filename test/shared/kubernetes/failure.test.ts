import { describe, expect, it } from 'vitest';
import { explainFailure, readConflicts, readStatus } from '../../../shared/kubernetes/failure.ts';

/** Words of a real API server, v1.36. */
type Expected = { message: RegExp; retryable: boolean; waitsFor?: string; immutable?: string[] };
const answers: [string, number, object, Expected][] = [
  [
    'fault 41: a field that the schema lacks',
    500,
    {
      message:
        'failed to create typed patch object (staging/web; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema',
    },
    {
      message: /^the manifest doesn't fit the kind's schema: \.spec\.replicaz: field not declared in schema$/,
      retryable: false,
    },
  ],
  [
    'fault 41: a broken server',
    500,
    { message: 'etcdserver: leader changed' },
    { message: /answered 500: etcdserver: leader changed/, retryable: true },
  ],
  [
    'a custom resource with an unknown field',
    400,
    { message: 'strict decoding error: unknown field "spec.counts"' },
    { message: /fields that the kind doesn't know: .*spec\.counts/, retryable: false },
  ],
  [
    'fault 42: a missing right',
    403,
    {
      message:
        'deployments.apps "web" is forbidden: User "system:serviceaccount:plumbline-system:staging" cannot patch resource "deployments" in API group "apps" in the namespace "default"',
    },
    {
      message: /cannot patch resource "deployments".* Grant it to the role plumbline-staging, or remove/,
      retryable: false,
    },
  ],
  [
    'fault 43: an immutable field',
    422,
    {
      message: 'Deployment.apps "web" is invalid: spec.selector: Invalid value: {}: field is immutable',
      details: { causes: [{ field: 'spec.selector', message: 'Invalid value: {}: field is immutable' }] },
    },
    {
      message: /^spec\.selector can't be changed once the object exists$/,
      retryable: false,
      immutable: ['spec.selector'],
    },
  ],
  [
    'fault 43: an immutable field of a StatefulSet',
    422,
    {
      message: 'StatefulSet.apps "db" is invalid: spec: Forbidden: updates to statefulset spec for fields other than',
      details: {
        causes: [{ field: 'spec', message: "Forbidden: updates to statefulset spec for fields other than 'replicas'" }],
      },
    },
    { message: /^spec can't be changed/, retryable: false, immutable: ['spec'] },
  ],
  [
    'fault 43: an immutable field beside another mistake',
    422,
    {
      message: 'Job.batch "a" is invalid: [spec.template: field is immutable, spec.parallelism: must be positive]',
      details: {
        causes: [
          { field: 'spec.template', message: 'field is immutable' },
          { field: 'spec.parallelism', message: 'must be positive' },
        ],
      },
    },
    { message: /^is not valid: .*must be positive/, retryable: false },
  ],
  [
    'an invalid value',
    422,
    { message: 'Service "a" is invalid: spec.ports[1]: Duplicate value' },
    { message: /^is not valid: .*Duplicate/, retryable: false },
  ],
  [
    'fault 44: an admission webhook',
    400,
    { message: 'admission webhook "policy.example.org" denied the request: images need a digest' },
    {
      message: /^admission webhook "policy\.example\.org" denied the request: images need a digest$/,
      retryable: false,
    },
  ],
  [
    'fault 44: an admission webhook that is down',
    500,
    { message: 'Internal error occurred: failed calling webhook "policy.example.org": connection refused' },
    { message: /failed calling webhook/, retryable: true },
  ],
  [
    'fault 45: a namespace that is being deleted',
    403,
    {
      message:
        'configmaps "a" is forbidden: unable to create new content in namespace staging because it is being terminated',
      details: { causes: [{ reason: 'NamespaceTerminating' }] },
    },
    { message: /^its namespace is being deleted/, retryable: true, waitsFor: 'deletion' },
  ],
  [
    'a namespace that is not there',
    404,
    { message: 'namespaces "staging" not found', details: { name: 'staging', kind: 'namespaces' } },
    { message: /^the namespace "staging" does not exist; create it/, retryable: true },
  ],
  [
    'fault 46: a kind that is not served yet',
    404,
    { message: 'the server could not find the requested resource' },
    { message: /does not serve this kind/, retryable: true, waitsFor: 'kind' },
  ],
  [
    'fault 51: a quota',
    403,
    { message: 'configmaps "c" is forbidden: exceeded quota: few, requested: 1' },
    { message: /^a ResourceQuota forbids it: .*exceeded quota/, retryable: true },
  ],
  [
    'fault 42: credentials that are not accepted',
    401,
    { message: 'Unauthorized' },
    { message: /does not accept our credentials/, retryable: true },
  ],
  [
    'a kind that can only be asked',
    405,
    { message: 'the server does not allow this method on the requested resource' },
    { message: /can not be applied/, retryable: false },
  ],
  [
    'fault 50: too large',
    413,
    { message: 'Request entity too large' },
    { message: /larger than the API server accepts/, retryable: false },
  ],
];

describe('what an answer means', () => {
  it.each(answers)('%s', (_, code, status, { message, ...rest }) => {
    const { isCertain, ...failure } = explainFailure(code, readStatus(JSON.stringify({ kind: 'Status', ...status })));
    expect(failure).toEqual({ ...rest, message: expect.stringMatching(message) });
    if (isCertain) expect(failure.retryable).toBe(false);
  });

  it.each<[string, number, string, true | undefined]>([
    ['the manifest is wrong', 422, 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1', true],
    ['something is missing that may come first', 403, 'no PriorityClass with name high was found', undefined],
    ['a dry run can not tell', 400, 'admission webhook "w.example.org" does not support dry run', undefined],
    ['a webhook denies it', 400, 'admission webhook "w.example.org" denied the request: no', undefined],
  ])('is certain or not: %s', (_, code, message, expected) => {
    expect(explainFailure(code, { kind: 'Status', message }).isCertain).toBe(expected);
  });

  it('takes a page that is no Status by its beginning', () => {
    expect(explainFailure(502, readStatus('<html>Bad Gateway</html>'))).toEqual({
      message: 'the API server answered 502: <html>Bad Gateway</html>',
      retryable: true,
    });
  });
});

describe('fault 38: the conflicts of an apply', () => {
  it('name field and manager, whatever stands around the name', () => {
    const cause = (message: string, field: string) => ({ reason: 'FieldManagerConflict', message, field });
    const causes = [
      cause('conflict with "kubectl-edit" using apps/v1 at 2026-11-21T12:00:00Z', '.spec.replicas'),
      cause('conflict with "kube-controller-manager" with subresource "scale" using apps/v1', '.spec.replicas'),
      { reason: 'FieldValueInvalid', message: 'no', field: '.x' },
    ];
    expect(readConflicts({ kind: 'Status', details: { causes } })).toEqual([
      { manager: 'kubectl-edit', field: '.spec.replicas' },
      { manager: 'kube-controller-manager', field: '.spec.replicas', subresource: 'scale' },
    ]);
  });
});
