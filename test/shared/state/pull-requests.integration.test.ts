import { randomUUID } from 'node:crypto';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { createDynamoPullRequestStore } from '../../../shared/state/pull-requests.client.ts';
import { pullRequestStoreContract } from '../../contracts/pull-request-store.ts';

const client = new DynamoDBClient(inject('shared').account);

pullRequestStoreContract('in DynamoDB', async () => {
  const table = `pulls-${randomUUID()}`;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return createDynamoPullRequestStore({ client, table });
});
