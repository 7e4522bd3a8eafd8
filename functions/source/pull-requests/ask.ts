import { digestOf } from '../../../shared/artifacts/digest.ts';
import { type PlanRequest, planGroup } from '../../../shared/events/messages.ts';
import { type PullRequestState, unanswered } from '../../../shared/state/pull-request.ts';
import type { SourcePorts } from '../ports.ts';

/**
 * Asks the cluster for every plan that has not come yet.
 *
 * @param attempt tells one asking from the next: the queue takes no message twice
 */
export async function askForPlans(
  { environment, number, asked }: PullRequestState,
  cluster: string,
  attempt: string,
  { sendAll, reconciliationQueues, clusters }: Pick<SourcePorts, 'sendAll' | 'reconciliationQueues' | 'clusters'>,
): Promise<void> {
  if (asked === undefined) return;
  const messages = unanswered(asked).map((application) => {
    const message: PlanRequest = {
      kind: 'reconciliation',
      environment,
      application,
      mode: 'plan',
      release: asked.release,
      id: asked.id,
      pullRequest: number,
      cause: `pull request ${number}`,
    };
    const group = planGroup(message, clusters[cluster]?.maxConcurrency);
    return { message, fifo: { group, deduplication: digestOf(`${group} ${application} ${asked.id} ${attempt}`) } };
  });
  await sendAll(reconciliationQueues[cluster] ?? '', messages);
}
