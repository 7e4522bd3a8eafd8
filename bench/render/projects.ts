/** Folders of a Go module that people deploy as they are; `values` is what a chart can't do without. */
export type Project = { module: string; version: string; folders: string[]; values?: string };

/** Public projects, each in the version that was looked at: charts with hooks, overlays with components, plain folders, definitions with their objects. */
export const projects: Project[] = [
  {
    module: 'sigs.k8s.io/metrics-server',
    version: 'v0.9.0',
    folders: ['charts/metrics-server', 'manifests/overlays/release-ha'],
  },
  {
    module: 'sigs.k8s.io/descheduler',
    version: 'v0.36.0',
    folders: ['charts/descheduler', 'kubernetes/cronjob'],
  },
  {
    module: 'sigs.k8s.io/external-dns',
    version: 'v0.23.0',
    folders: ['charts/external-dns', 'kustomize'],
    values: 'policy: sync\n',
  },
  {
    module: 'sigs.k8s.io/cluster-api',
    version: 'v1.14.2',
    folders: ['core/config/default', 'bootstrap/kubeadm/config/default', 'controlplane/kubeadm/config/default'],
  },
  { module: 'sigs.k8s.io/gateway-api', version: 'v1.7.0', folders: ['config/crd/experimental'] },
  {
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.6.1',
    folders: ['manifests/ha/cluster-install', 'manifests/core-install', 'test/manifests/base'],
  },
  { module: 'github.com/argoproj/argo-rollouts', version: 'v1.10.2', folders: ['manifests/cluster-install'] },
  { module: 'github.com/kedacore/keda/v2', version: 'v2.21.0', folders: ['config/default', 'config/samples'] },
  {
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.2',
    folders: ['deploy/charts/cert-manager'],
    values: 'crds: {enabled: true}\n',
  },
  {
    module: 'github.com/open-policy-agent/gatekeeper/v3',
    version: 'v3.23.1',
    folders: ['charts/gatekeeper', 'config/default'],
  },
  {
    module: 'github.com/stefanprodan/podinfo',
    version: 'v1.8.1-0.20250910200901-e86405a8674e',
    folders: ['charts/podinfo', 'deploy/overlays/production', 'kustomize'],
  },
  { module: 'go.universe.tf/metallb', version: 'v0.16.2', folders: ['charts/metallb', 'config/prometheus-frr'] },
  {
    module: 'github.com/projectcontour/contour',
    version: 'v1.33.8',
    folders: ['examples/contour', 'examples/gateway-provisioner'],
  },
  { module: 'knative.dev/serving', version: 'v0.51.0', folders: ['config/core', 'third_party/cert-manager-latest'] },
  {
    module: 'istio.io/istio',
    version: 'v0.0.0-20260827124520-eed52ebb66ad',
    folders: ['manifests/charts/base', 'manifests/charts/istio-control/istio-discovery', 'manifests/charts/istio-cni'],
  },
  {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    folders: ['.', 'example/rbac'],
  },
  { module: 'github.com/kyverno/kyverno', version: 'v1.19.1', folders: ['charts/kyverno-policies'] },
  { module: 'github.com/external-secrets/external-secrets', version: 'v1.3.2', folders: ['config/crds/bases'] },
  {
    module: 'github.com/cilium/cilium',
    version: 'v1.20.2',
    folders: ['install/kubernetes/cilium'],
    values: 'hubble: {tls: {auto: {method: cronJob}}}\n',
  },
  {
    module: 'github.com/aws/karpenter-provider-aws',
    version: 'v1.15.1',
    folders: ['charts/karpenter', 'charts/karpenter-crd'],
    values: 'settings: {clusterName: example}\n',
  },
];
