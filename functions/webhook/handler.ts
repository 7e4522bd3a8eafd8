import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { loadDeployer } from '../../shared/config/load.ts';
import { requireVariable, variables } from '../../shared/environment-variables.ts';
import { createSqsSend } from '../../shared/events/sqs.client.ts';
import { createLog } from '../../shared/lambda/logger.ts';
import { createMeasure } from '../../shared/lambda/metrics.ts';
import { createSecrets } from '../../shared/secrets/secrets.client.ts';
import { receive, type WebhookRequest } from './receive.ts';
import { createVerify } from './verify.ts';

const { github, environments } = loadDeployer(requireVariable(variables.configurationFile));
const queueUrl = requireVariable(variables.gitChangesQueueUrl);
const secrets = createSecrets({ client: new SecretsManagerClient() });
const verify = createVerify((maximumAge) => secrets.get(github.webhookSecret, maximumAge));
const send = createSqsSend(new SQSClient());
const log = createLog('webhook');
const measure = createMeasure('webhook');

/** Called by GitHub through the function URL. A lost or repeated delivery is harmless: the head is asked for, not the payload. */
export async function handler(event: LambdaFunctionURLEvent): Promise<LambdaFunctionURLResult> {
  const request = toRequest(event);
  const { status, message, reason = message, change } = await receive(request, { verify, environments });
  if (change !== undefined) await send(queueUrl, change);
  const details = {
    status,
    deliveryId: request.headers['x-github-delivery'],
    repository: change?.repository,
    branch: change?.branch,
  };
  if (status >= 400) {
    const say = status >= 500 ? log.error : log.warn;
    say('delivery refused', { ...details, reason });
    measureRefusal(request, reason);
  } else {
    log.info('delivery received', { ...details, answer: message });
  }
  return { statusCode: status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

/** What doesn't even call itself GitHub's is the noise that every public address hears. */
function measureRefusal({ headers }: WebhookRequest, reason: string): void {
  const deliveryId = headers['x-github-delivery'];
  if (deliveryId !== undefined) measure({ values: { RejectedWebhooks: 1 }, details: { deliveryId, reason } });
}

function toRequest({ requestContext, headers, body = '', isBase64Encoded }: LambdaFunctionURLEvent): WebhookRequest {
  return {
    method: requestContext.http.method,
    headers,
    body: isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body,
  };
}
