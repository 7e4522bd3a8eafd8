import type { KubernetesObject } from '../manifests/object.ts';
import { conditionOf, describeCondition, listAt, numberAt, textAt, valueAt } from './read.ts';

/** Waits that are a step of every start, and say nothing. */
const ordinaryWaits = new Set(['', 'ContainerCreating', 'PodInitializing']);

/** Why a pod doesn't run, in its own words; empty if it says nothing. How one ends that is being deleted keeps nothing back. */
export function explainPod(pod: unknown): string {
  if (conditionOf(pod, 'Ready')?.status === 'True' || isLeaving(pod)) return '';
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') return describeCondition(scheduled);
  return explainContainer(culpritOf(pod));
}

export const isLeaving = (pod: unknown) => valueAt(pod, 'metadata.deletionTimestamp') !== undefined;

/** The first container that says what is wrong with it. One that is ready may have been started again, but keeps nothing back. */
function culpritOf(pod: unknown): unknown {
  const containers = [...listAt(pod, 'status.initContainerStatuses'), ...listAt(pod, 'status.containerStatuses')];
  return containers.find((each) => valueAt(each, 'ready') !== true && explainContainer(each) !== '');
}

function explainContainer(container: unknown): string {
  const name = `container ${textAt(container, 'name')}`;
  const waiting = textAt(container, 'state.waiting.reason');
  const isEnded = valueAt(container, 'state.terminated') !== undefined;
  const ended = endOf(container, isEnded ? 'state.terminated' : 'lastState.terminated');
  if (!ordinaryWaits.has(waiting)) {
    const message = textAt(container, 'state.waiting.message');
    return [`${name}: ${waiting}`, message, ended].filter((part) => part !== '').join(': ');
  }
  return ended === '' ? '' : `${name} ${ended}`;
}

/** `ended with exit code 1 (OOMKilled)`. To have ended well is a reason only where it is started again and again. */
function endOf(container: unknown, path: string): string {
  const code = numberAt(container, `${path}.exitCode`, Number.NaN);
  if (Number.isNaN(code) || (code === 0 && !isLooping(container))) return '';
  const reason = textAt(container, `${path}.reason`);
  return `ended with exit code ${code}${reason === '' ? '' : ` (${reason})`}`;
}

const isLooping = (container: unknown) => textAt(container, 'state.waiting.reason') === 'CrashLoopBackOff';

/** The pods among some objects that a workload selects. */
export function podsOf(workload: KubernetesObject, objects: readonly KubernetesObject[]): KubernetesObject[] {
  const wanted = selectorOf(workload);
  if (wanted.length === 0) return [];
  return objects.filter(
    ({ kind, metadata }) =>
      kind === 'Pod' &&
      metadata.namespace === workload.metadata.namespace &&
      wanted.every(([key, value]) => metadata.labels?.[key] === value),
  );
}

/** The labels by which a workload finds its pods; none if it doesn't say so. */
export const selectorOf = (workload: unknown): [key: string, value: unknown][] => {
  const labels = valueAt(workload, 'spec.selector.matchLabels');
  return typeof labels === 'object' && labels !== null ? Object.entries(labels) : [];
};

/** A pod that should run and isn't ready, whether or not it says why. */
export const isUnready = (pod: unknown) =>
  conditionOf(pod, 'Ready')?.status !== 'True' && textAt(pod, 'status.phase') !== 'Succeeded';

/** The commonest reason among pods that don't run, with one of them as the example. */
export function explainPods(pods: readonly unknown[]): string {
  const { example, reason, others } = commonestOf(pods);
  if (example === undefined) return '';
  return `pod ${textAt(example, 'metadata.name')}: ${reason}${others > 0 ? ` (and ${others} more pods)` : ''}`;
}

/** The pod that `explainPods` takes for its example. */
export const exampleAmong = <Pod>(pods: readonly Pod[]): Pod | undefined => commonestOf(pods).example;

function commonestOf<Pod>(pods: readonly Pod[]) {
  const explained = pods.map((pod) => ({ pod, reason: explainPod(pod) }));
  const stuck = explained.filter(({ reason }) => reason !== '');
  const groups = [...Map.groupBy(stuck, ({ reason }) => reason).values()].sort((a, b) => b.length - a.length);
  const [first] = groups[0] ?? [];
  return { example: first?.pod, reason: first?.reason ?? '', others: stuck.length - 1 };
}

/** The container of a pod whose end keeps the pod from running. `previous`: it was started again since, and its log is the one before. */
export type EndedContainer = { container: string; previous: boolean };

export function endedContainerOf(pod: unknown): EndedContainer | undefined {
  const status = culpritOf(pod);
  const container = textAt(status, 'name');
  if (valueAt(status, 'state.terminated') !== undefined)
    return endOf(status, 'state.terminated') === '' ? undefined : { container, previous: false };
  return endOf(status, 'lastState.terminated') === '' ? undefined : { container, previous: true };
}
