import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { pullRequestsKey } from './keys.ts';
import { type PullRequestStore, pullRequestKey, pullRequestSchema } from './pull-request.ts';
import type { WriteResult } from './store.ts';

type Table = { client: DynamoDBClient; table: string };

/** Pull requests in the state table, in a partition for each environment, so that its stream tells of them. */
export function createDynamoPullRequestStore({ client, table: TableName }: Table): PullRequestStore {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  return {
    async listPullRequests(environment) {
      const pages = paginateQuery(
        { client: documents },
        {
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pullRequestsKey(environment) },
        },
      );
      const items = await Array.fromAsync(pages, ({ Items = [] }) => Items);
      return items.flat().map((item) => pullRequestSchema.parse(item));
    },

    async readPullRequest(environment, number) {
      const Key = pullRequestKey(environment, number);
      const { Item } = await documents.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item === undefined ? undefined : pullRequestSchema.parse(Item);
    },

    writePullRequest: (state) =>
      unlessSuperseded(() =>
        documents.send(
          new PutCommand({
            TableName,
            Item: { ...state, ...pullRequestKey(state.environment, state.number) },
            ConditionExpression: 'attribute_not_exists(#sequence) OR #sequence <= :sequence',
            ExpressionAttributeNames: { '#sequence': 'sequence' },
            ExpressionAttributeValues: { ':sequence': state.sequence },
          }),
        ),
      ),

    notePlan: ({ environment, number, id, application, outcome }) =>
      unlessSuperseded(() =>
        documents.send(
          new UpdateCommand({
            TableName,
            Key: pullRequestKey(environment, number),
            UpdateExpression: 'SET asked.done.#application = :outcome',
            ConditionExpression: 'asked.id = :id',
            ExpressionAttributeNames: { '#application': application },
            ExpressionAttributeValues: { ':outcome': outcome, ':id': id },
          }),
        ),
      ),

    deletePullRequest: ({ environment, number, sequence }) =>
      unlessSuperseded(() =>
        documents.send(
          new DeleteCommand({
            TableName,
            Key: pullRequestKey(environment, number),
            ConditionExpression: '#sequence = :sequence',
            ExpressionAttributeNames: { '#sequence': 'sequence' },
            ExpressionAttributeValues: { ':sequence': sequence },
          }),
        ),
      ),
  };
}

async function unlessSuperseded(write: () => Promise<unknown>): Promise<WriteResult> {
  try {
    await write();
    return 'written';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'superseded';
    throw error;
  }
}
