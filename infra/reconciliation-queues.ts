import { Stack } from 'aws-cdk-lib';
import { variables } from '../shared/environment-variables.ts';
import type { ClusterReconciler } from './cluster-reconciler.ts';
import type { NodeFunction } from './node-function.ts';

/** Lets the function send to every cluster's reconciliation queue, known to it by the cluster's key. */
export function allowReconciliations(fn: NodeFunction, reconcilers: ClusterReconciler[]): void {
  const urls = reconcilers.map(({ key, reconciliations }) => [key, reconciliations.queue.queueUrl] as const);
  fn.setVariable(variables.reconciliationQueueUrls, Stack.of(fn).toJsonString(Object.fromEntries(urls)));
  for (const { reconciliations } of reconcilers) reconciliations.allowSending(fn);
}
