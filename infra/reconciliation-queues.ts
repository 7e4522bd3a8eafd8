import { Stack } from 'aws-cdk-lib';
import { variables } from '../shared/environment-variables.ts';
import type { NodeFunction } from './node-function.ts';

/** Where one cluster's reconciler is asked; in another account it is known by its name alone. */
export type ReconciliationQueue = { cluster: string; url: string; arn: string };

/** Lets the function send to every cluster's reconciliation queue, known to it by the cluster's key. */
export function allowReconciliations(fn: NodeFunction, queues: ReconciliationQueue[]): void {
  const urls = Object.fromEntries(queues.map(({ cluster, url }) => [cluster, url]));
  fn.setVariable(variables.reconciliationQueueUrls, Stack.of(fn).toJsonString(urls));
  for (const { cluster, arn } of queues)
    fn.allow(`to ask for ${reconciliationsOf(cluster)}`, ['sqs:SendMessage'], [arn]);
}

export const reconciliationsOf = (cluster: string) => `reconciliations of cluster ${cluster}`;
