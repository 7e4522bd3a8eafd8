import type { KubernetesObject } from '../../shared/manifests/object.ts';

const definition = (group: string, version: string, kind: string, plural: string): KubernetesObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});

/** Flux's and Argo CD's own kinds, as far as they are looked at. */
export const definitions = [
  definition('kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'kustomizations'),
  definition('argoproj.io', 'v1alpha1', 'Application', 'applications'),
];
