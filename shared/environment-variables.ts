/** Names of the functions' environment variables, shared by the constructs that set them and the handlers that read them. */
export const variables = {
  /** Path of the validated `deployer.yaml` as JSON, in a layer. */
  configurationFile: 'CONFIGURATION_FILE',
  stateTable: 'STATE_TABLE',
  artifactBucket: 'ARTIFACT_BUCKET',
  gitChangesQueueUrl: 'GIT_CHANGES_QUEUE_URL',
  imagePushesQueueUrl: 'IMAGE_PUSHES_QUEUE_URL',
  reportsQueueUrl: 'REPORTS_QUEUE_URL',
  /** JSON object: cluster (its key in `deployer.yaml`) → URL of its reconciliation queue. */
  reconciliationQueueUrls: 'RECONCILIATION_QUEUE_URLS',
  /** JSON object: cluster of another account → ARN of the role there that may describe it. */
  descriptionRoles: 'DESCRIPTION_ROLES',
  /** The dead-letter queue of the function's own queue: where a message that can never succeed goes, with the reason. */
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  rendererFunctionName: 'RENDERER_FUNCTION_NAME',
  kubectl: 'KUBECTL',
  helm: 'HELM',
  /** JSON object: cluster (its key in `deployer.yaml`) → page of CloudWatch with its reconciler's log. */
  logPages: 'LOG_PAGES',
  alertTopicArn: 'ALERT_TOPIC_ARN',
  /** The key in `deployer.yaml` of the cluster that this reconciler serves. */
  cluster: 'CLUSTER',
} as const;

/** @throws Error that names the variable: a mistake in `infra/`, found at cold start. */
export function requireVariable(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const value = environment[name];
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
  return value;
}
