import type { KubernetesObject } from '../../../shared/manifests/object.ts';

export type EngineName = 'Plumbline' | 'Flux, 4 at once' | 'Flux, 16 at once' | 'kubectl' | 'bare HTTP loop';

/** What a pass is about: the first one, a new revision of the objects, or a look at whether the cluster still has them. */
export type Work = 'first' | 'revision' | 'check';

/** One way to bring objects into a cluster, with a namespace of its own. */
export type Engine = {
  name: EngineName;
  namespace: string;
  /** Gets everything ready that is not to be measured, and returns the pass itself. */
  prepare(objects: readonly KubernetesObject[], work: Work): Promise<Pass>;
  close(): Promise<void>;
};

/** @param watch is to be called with the process that does the work, before it does any. @returns seconds */
export type Pass = (watch: (pid: number) => void) => Promise<number>;

export async function inSeconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}
