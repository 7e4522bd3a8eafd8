import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { createDynamoStateStore } from '../../../shared/state/dynamo.client.ts';
import { stateStoreContract } from '../../contracts/state-store.ts';
import { createStateTable } from '../../support/state-table.ts';

const client = new DynamoDBClient(inject('shared').account);

stateStoreContract('in DynamoDB', async () => {
  return createDynamoStateStore({ client, table: await createStateTable(client) });
});
