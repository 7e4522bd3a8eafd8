import { describe, expect, it } from 'vitest';
import { createDynamoStateStore } from '../../../shared/state/dynamo.client.ts';
import { createTableClient } from '../../../shared/state/table.client.ts';

const arn = 'arn:aws:dynamodb:eu-west-1:111122223333:table/plumbline-state';

/** A client that asks nobody, and what it would have asked. */
function withoutNetwork() {
  const asked: { hostname: string; body: string }[] = [];
  const client = createTableClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret', accountId: '444455556666' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ hostname, body }: { hostname: string; body: string }) => {
        asked.push({ hostname, body });
        throw new Error('no network');
      },
    } as never,
  });
  return { asked, client };
}

describe('the state table of another account', () => {
  it('is named by its ARN, and asked for at the region’s own host, to which a gateway endpoint leads', async () => {
    const { asked, client } = withoutNetwork();
    await expect(createDynamoStateStore({ client, table: arn }).readDesired('staging')).rejects.toThrow('no network');
    expect(asked.map(({ hostname }) => hostname)).toEqual(['dynamodb.eu-west-1.amazonaws.com']);
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ TableName: arn });
  });
});
