/** What a local cluster is made of. `build/go.mod` names the same versions, and a test holds the two together. */
export const versions = { kubernetes: 'v1.36.3', etcd: 'v3.6.8', kwok: 'v0.8.0' } as const;

/** The programs of a local cluster. */
export const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

export type Component = (typeof components)[number];

/** Where each program lies. */
export type Binaries = Readonly<Record<Component, string>>;
