/** An object and the path that it is posted to. */
export type Posted = { path: string; body: object };

const zones = ['a', 'b', 'c'];

/** Nodes so large that nothing is unschedulable by accident, labelled as EKS labels them. */
export function nodes(count: number, region: string): Posted[] {
  return Array.from({ length: count }, (_, index) =>
    node(`node-${index + 1}`, `${region}${zones[index % zones.length]}`, region),
  );
}

function node(name: string, zone: string, region: string): Posted {
  const labels = {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'node.kubernetes.io/instance-type': 'm7i.large',
    'topology.kubernetes.io/region': region,
    'topology.kubernetes.io/zone': zone,
  };
  const body = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { providerID: `kwok://${name}` } };
  return { path: '/api/v1/nodes', body };
}

/** The class of volumes that claims get by default, under the name that EKS' guides give it. A stage provisions them. */
export const defaultStorageClass: Posted = {
  path: '/apis/storage.k8s.io/v1/storageclasses',
  body: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'gp3', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'plumbline.local/volumes',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  },
};
