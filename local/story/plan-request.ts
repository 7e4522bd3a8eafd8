import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { keys } from '../../shared/artifacts/keys.ts';
import { type Plan, planSchema } from '../../shared/artifacts/plan.ts';
import type { ObjectStore } from '../../shared/artifacts/store.ts';
import type { PlanRequest } from '../../shared/events/messages.ts';
import type { Stack } from '../stack/start.ts';
import { eventually } from './eventually.ts';

/** Asks for a plan as `source` will for a pull request, and reads what the reconciler stored. */
export async function askForPlan(
  { account: { clients }, played }: Stack,
  objects: Pick<ObjectStore, 'get'>,
  about: Pick<PlanRequest, 'environment' | 'application' | 'release'>,
): Promise<Plan> {
  const id = randomUUID();
  const { environment, application } = about;
  const request: PlanRequest = { kind: 'reconciliation', mode: 'plan', cause: 'the story', id, ...about };
  const { url } = played.queue('ReconcilerexampleReconciliationsQueue');
  const MessageGroupId = `${environment}/${application}`;
  const message = { MessageBody: JSON.stringify(request), MessageGroupId, MessageDeduplicationId: id };
  await clients.sqs.send(new SendMessageCommand({ QueueUrl: url, ...message }));
  const key = keys.plan(environment, application, id);
  return eventually(`the plan of ${application} in ${environment}`, async () =>
    planSchema.parse(JSON.parse(new TextDecoder().decode(await objects.get(key)))),
  );
}
