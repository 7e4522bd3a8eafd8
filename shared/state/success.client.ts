import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { sortKeys, successKey } from './keys.ts';

/** When an environment last had a success. Two that are written at once may swap: they differ by less than a second. */
export type SuccessStore = {
  readSuccess(environment: string): Promise<Date | undefined>;
  writeSuccess(environment: string, at: Date): Promise<void>;
};

/** In the state table, apart from the environment's own partition: the stream's followers need not hear of it. */
export function createSuccessStore({
  client,
  table: TableName,
}: {
  client: DynamoDBClient;
  table: string;
}): SuccessStore {
  const documents = DynamoDBDocumentClient.from(client);
  const keyOf = (environment: string) => ({ pk: successKey(environment), sk: sortKeys.success });
  return {
    async readSuccess(environment) {
      const { Item } = await documents.send(new GetCommand({ TableName, Key: keyOf(environment) }));
      return Item === undefined ? undefined : new Date(String(Item.at));
    },
    async writeSuccess(environment, at) {
      await documents.send(new PutCommand({ TableName, Item: { ...keyOf(environment), at: at.toISOString() } }));
    },
  };
}
