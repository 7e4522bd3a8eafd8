import { describe, expect, it } from 'vitest';
import { definedResources } from '../../../shared/kubernetes/definitions.ts';
import {
  apiVersionsOf,
  discoveryListSchema,
  minorVersion,
  readDiscovery,
} from '../../../shared/kubernetes/discovery.ts';
import { collectionPath, indexResources, objectPath } from '../../../shared/kubernetes/resource.ts';

const resource = (plural: string, kind: string, scope = 'Namespaced') => ({
  resource: plural,
  responseKind: { group: 'of the response', version: 'v1', kind },
  scope,
  verbs: ['get'],
  subresources: [{ subresource: 'status' }],
});

const lists = [
  {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: {},
        versions: [
          {
            version: 'v1',
            resources: [resource('configmaps', 'ConfigMap'), resource('namespaces', 'Namespace', 'Cluster')],
          },
        ],
      },
    ],
  },
  {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'apps' },
        versions: [
          { version: 'v1', resources: [resource('deployments', 'Deployment')] },
          { version: 'v1beta1', resources: [resource('deployments', 'Deployment')] },
        ],
      },
      { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] },
    ],
  },
].map((list) => discoveryListSchema.parse(list));

const discovery = readDiscovery(lists, 'v1.36.3-eks-1234567');
const resources = indexResources(discovery.resources);

describe('discovery', () => {
  it('finds a kind at its version, or at another one of its group', () => {
    expect(resources.find('apps/v1', 'Deployment')).toMatchObject({
      plural: 'deployments',
      namespaced: true,
      version: 'v1',
    });
    expect(resources.find('apps/v1beta2', 'Deployment')).toBeUndefined();
    expect(resources.findAny('apps/v1beta2', 'Deployment')).toMatchObject({ version: 'v1' });
    expect(resources.findAny('extensions/v1', 'Deployment')).toBeUndefined();
  });

  it('tells what Helm wants to know', () => {
    expect(apiVersionsOf(discovery)).toEqual([
      'apps/v1',
      'apps/v1/Deployment',
      'apps/v1beta1',
      'apps/v1beta1/Deployment',
      'v1',
      'v1/ConfigMap',
      'v1/Namespace',
    ]);
    expect(minorVersion(discovery)).toBe('1.36');
  });

  it('tells groups whose server does not answer', () => {
    expect(discovery.stale).toEqual(['metrics.k8s.io']);
  });
});

describe('paths', () => {
  it.each([
    ['v1', 'ConfigMap', 'staging', '/api/v1/namespaces/staging/configmaps/a'],
    ['apps/v1', 'Deployment', 'staging', '/apis/apps/v1/namespaces/staging/deployments/a'],
    ['v1', 'Namespace', '', '/api/v1/namespaces/a'],
  ])('%s %s', (apiVersion, kind, namespace, path) => {
    const found = resources.find(apiVersion, kind);
    expect(found && objectPath(found, { namespace, name: 'a' })).toBe(path);
    expect(found && collectionPath(found, namespace)).toBe(path.slice(0, -2));
  });

  it('escape names that RBAC allows to have colons and slashes', () => {
    const found = resources.find('v1', 'ConfigMap');
    expect(found && objectPath(found, { namespace: 'n', name: 'a:b/../c' })).toBe(
      '/api/v1/namespaces/n/configmaps/a%3Ab%2F..%2Fc',
    );
  });
});

describe('the kinds that an artifact defines itself', () => {
  it('are those of its served versions', () => {
    const spec = {
      group: 'example.org',
      scope: 'Cluster',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        { name: 'v1', served: true },
        { name: 'v1alpha1', served: false },
      ],
    };
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'x' },
      spec,
    };
    expect(definedResources([definition])).toEqual([
      expect.objectContaining({
        group: 'example.org',
        version: 'v1',
        kind: 'Thing',
        plural: 'things',
        namespaced: false,
      }),
    ]);
    expect(
      definedResources([
        { ...definition, spec: {} },
        { ...definition, apiVersion: 'example.org/v1' },
      ]),
    ).toEqual([]);
  });
});
