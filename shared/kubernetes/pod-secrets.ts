import { listAt, textAt } from '../health/read.ts';

/** The names of the Secrets that a pod's containers get as variables or files: what its log may hold of them is not to be told. */
export function secretsOfPod(pod: unknown): string[] {
  const containers = [...listAt(pod, 'spec.initContainers'), ...listAt(pod, 'spec.containers')];
  const volumes = listAt(pod, 'spec.volumes');
  const names = [
    ...containers.flatMap((container) => listAt(container, 'envFrom')).map((from) => textAt(from, 'secretRef.name')),
    ...containers
      .flatMap((container) => listAt(container, 'env'))
      .map((each) => textAt(each, 'valueFrom.secretKeyRef.name')),
    ...volumes.map((volume) => textAt(volume, 'secret.secretName')),
    ...volumes.flatMap((volume) => listAt(volume, 'projected.sources')).map((source) => textAt(source, 'secret.name')),
  ];
  return [...new Set(names.filter((name) => name !== ''))];
}
