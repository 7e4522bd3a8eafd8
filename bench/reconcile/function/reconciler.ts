import { tmpdir } from 'node:os';
import type { FunctionDefinition, InvocationResult } from '../../../local/aws/lambda/definition.ts';
import { functionEnvironment } from '../../../local/aws/lambda/environment.ts';
import { type Instance, startInstance } from '../../../local/aws/lambda/instance.ts';
import { accountId, clusterName, region } from '../../../local/stack/settings.ts';
import { variables } from '../../../shared/environment-variables.ts';
import type { Reconciliation } from '../../../shared/events/messages.ts';
import type { Bundle } from './bundle.ts';
import { environment } from './revisions.ts';
import { credentials, names, type Storage } from './storage.ts';

export const roleName = 'reconciler';
export const roleArn = `arn:aws:iam::${accountId}:role/${roleName}`;

/** The reconciler as the template describes it. */
export const definitionOf = (bundle: Bundle): FunctionDefinition => ({
  name: 'reconciler',
  arn: `arn:aws:lambda:${region}:${accountId}:function:reconciler`,
  logicalId: 'Reconciler',
  roleArn,
  codeFolder: bundle.folder,
  handler: bundle.handler,
  timeoutSeconds: bundle.timeoutSeconds,
  memoryMegabytes: bundle.memoryMegabytes,
  environment: {
    [variables.cluster]: clusterName,
    [variables.configurationFile]: bundle.configurationFile,
    [variables.artifactBucket]: names.bucket,
    [variables.stateTable]: names.table,
  },
  layers: [],
  inVpc: true,
});

/** One process of it, as Lambda would run it. `identity`: whose token the cluster gets. Default: one that the bench's own cluster knows. */
export function startReconciler(definition: FunctionDefinition, storage: Storage, identity = credentials): Instance {
  const places = { endpoint: storage.endpoint, region, layers: '/nowhere', temporary: tmpdir() };
  return startInstance({
    definition,
    environment: functionEnvironment({ definition, credentials: identity, ...places }),
    write: () => {},
  });
}

type Invoke = (event: unknown) => Promise<InvocationResult>;

/** Has the reconciler look at one application, as a message on `reconciliations` would. @throws Error if it failed */
export async function reconcileBy(invoke: Invoke, application: string, mode: Reconciliation['mode']): Promise<void> {
  const message: Reconciliation = { kind: 'reconciliation', environment, application, mode, cause: 'bench' };
  const record = { messageId: '1', eventSource: 'aws:sqs', body: JSON.stringify(message) };
  const { ok, payload } = await invoke({ Records: [record] });
  if (!ok) throw new Error(`the reconciler failed: ${JSON.stringify(payload)}`);
  const { batchItemFailures = [] } = (payload ?? {}) as { batchItemFailures?: unknown[] };
  if (batchItemFailures.length > 0) throw new Error(`the reconciler gave the message of ${application} back`);
}
