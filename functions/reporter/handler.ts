import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import { createS3ObjectStore } from '../../shared/artifacts/s3.client.ts';
import { loadDeployer } from '../../shared/config/load.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { createGitHubReporter } from '../../shared/git/github.client.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { processChanges } from '../../shared/lambda/stream-batch.ts';
import { createSecrets } from '../../shared/secrets/secrets.client.ts';
import { createDynamoStateStore } from '../../shared/state/dynamo.client.ts';
import { type ReporterPorts, reportEnvironment } from './report.ts';

const { github, environments } = loadDeployer(requireVariable(variables.configurationFile));
const secrets = createSecrets({ client: new SecretsManagerClient() });
const sns = new SNSClient();
const log = createLog('reporter');
const ports: ReporterPorts = {
  state: createDynamoStateStore({ client: new DynamoDBClient(), table: requireVariable(variables.stateTable) }),
  readRelease: createReadRelease(
    createS3ObjectStore({ client: new S3Client(), bucket: requireVariable(variables.artifactBucket) }),
  ),
  git: createGitHubReporter({
    apiUrl: github.apiUrl,
    appId: github.apps.report.appId,
    privateKey: () => secrets.get(github.apps.report.privateKeySecret),
  }),
  async publish({ subject, message }) {
    await sns.send(
      new PublishCommand({ TopicArn: requireVariable(variables.alertTopicArn), Subject: subject, Message: message }),
    );
  },
};

/** Called with the state table's stream. Each environment is reported as it stands now, so a late or repeated record is harmless. */
export async function handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return processChanges(event, {
    environments,
    log,
    async handle(environment) {
      const outcome = await reportEnvironment(environment, ports);
      if (outcome !== undefined)
        log.info('environment reported', { environment, state: outcome.state, summary: outcome.summary });
    },
  });
}
