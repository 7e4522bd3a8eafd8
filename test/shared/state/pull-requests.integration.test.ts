import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { createDynamoPullRequestStore } from '../../../shared/state/pull-requests.client.ts';
import { pullRequestStoreContract } from '../../contracts/pull-request-store.ts';
import { createStateTable } from '../../support/state-table.ts';

const client = new DynamoDBClient(inject('shared').account);

pullRequestStoreContract('in DynamoDB', async () => {
  return createDynamoPullRequestStore({ client, table: await createStateTable(client) });
});
