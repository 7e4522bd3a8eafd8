import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import { applicationPrefix, budgetKey, clusterKey, environmentKey, reportKey, sortKeys } from './keys.ts';
import { reportSchema, spentBudgetSchema } from './report.ts';
import type { StateStore, WriteResult } from './store.ts';
import { applicationStateSchema, attemptSchema, clusterStateSchema, desiredSchema } from './types.ts';

type Key = { pk: string; sk: string };
type Condition = { field: string; expression: string; values?: Record<string, unknown> };

/**
 * State in one DynamoDB table (`pk`, `sk`). Every write that could overtake another is conditional.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html
 */
export function createDynamoStateStore({ client, table }: { client: DynamoDBClient; table: string }): StateStore {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  async function read<Schema extends z.ZodType>(key: Key, schema: Schema): Promise<z.output<Schema> | undefined> {
    const { Item } = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item === undefined ? undefined : schema.parse(Item);
  }

  async function put(key: Key, item: object, { field, expression, values }: Condition): Promise<WriteResult> {
    return unlessSuperseded(() =>
      documents.send(
        new PutCommand({
          TableName: table,
          Item: { ...item, ...key },
          ConditionExpression: expression,
          ExpressionAttributeNames: { '#field': field },
          ExpressionAttributeValues: values,
        }),
      ),
    );
  }

  return {
    async nextSequence(environment) {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk: environmentKey(environment), sk: sortKeys.sequence },
          UpdateExpression: 'ADD #value :one',
          ExpressionAttributeNames: { '#value': 'value' },
          ExpressionAttributeValues: { ':one': 1 },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      return Number(Attributes?.value);
    },

    readDesired: (environment) => read({ pk: environmentKey(environment), sk: sortKeys.desired }, desiredSchema),
    writeDesired: (desired) =>
      put({ pk: environmentKey(desired.environment), sk: sortKeys.desired }, desired, newer('<', desired.sequence)),

    readAttempt: (environment) => read({ pk: environmentKey(environment), sk: sortKeys.attempt }, attemptSchema),
    writeAttempt: (attempt) =>
      put({ pk: environmentKey(attempt.environment), sk: sortKeys.attempt }, attempt, newer('<=', attempt.sequence)),

    readApplication: (environment, application) =>
      read({ pk: environmentKey(environment), sk: sortKeys.application(application) }, applicationStateSchema),

    async listApplications(environment) {
      const pages = paginateQuery(
        { client: documents },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': environmentKey(environment), ':prefix': applicationPrefix },
        },
      );
      const items = await Array.fromAsync(pages, ({ Items = [] }) => Items);
      return items.flat().map((item) => applicationStateSchema.parse(item));
    },

    async writeApplication(state) {
      const next = { ...state, version: state.version + 1 };
      const key = { pk: environmentKey(state.environment), sk: sortKeys.application(state.application) };
      return (await put(key, next, sameVersion(state.version))) === 'written' ? next : 'superseded';
    },

    deleteApplication: (state) =>
      unlessSuperseded(() =>
        documents.send(
          new DeleteCommand({
            TableName: table,
            Key: { pk: environmentKey(state.environment), sk: sortKeys.application(state.application) },
            ConditionExpression: '#field = :version',
            ExpressionAttributeNames: { '#field': 'version' },
            ExpressionAttributeValues: { ':version': state.version },
          }),
        ),
      ),

    readReport: (environment) => read({ pk: reportKey(environment), sk: sortKeys.report }, reportSchema),
    writeReport: (report) =>
      put(
        { pk: reportKey(report.environment), sk: sortKeys.report },
        { ...report, version: report.version + 1 },
        sameVersion(report.version),
      ),

    readBudget: (owner) => read({ pk: budgetKey(owner), sk: sortKeys.writes }, spentBudgetSchema),
    writeBudget: (budget) =>
      put(
        { pk: budgetKey(budget.owner), sk: sortKeys.writes },
        { ...budget, version: budget.version + 1 },
        sameVersion(budget.version),
      ),

    async readCluster(cluster) {
      const [address, apis] = await Promise.all(
        [sortKeys.address, sortKeys.apis].map((sk) =>
          read({ pk: clusterKey(cluster), sk }, clusterStateSchema.partial()),
        ),
      );
      return address === undefined ? undefined : clusterStateSchema.parse({ ...apis, ...address });
    },
    async writeClusterAddress(address) {
      await documents.send(
        new PutCommand({
          TableName: table,
          Item: { ...address, pk: clusterKey(address.cluster), sk: sortKeys.address },
        }),
      );
    },
    async writeClusterApis(apis) {
      await documents.send(
        new PutCommand({ TableName: table, Item: { ...apis, pk: clusterKey(apis.cluster), sk: sortKeys.apis } }),
      );
    },
  };
}

function newer(comparison: '<' | '<=', sequence: number): Condition {
  return {
    field: 'sequence',
    expression: `attribute_not_exists(#field) OR #field ${comparison} :sequence`,
    values: { ':sequence': sequence },
  };
}

function sameVersion(version: number): Condition {
  return version === 0
    ? { field: 'version', expression: 'attribute_not_exists(#field)' }
    : { field: 'version', expression: '#field = :version', values: { ':version': version } };
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
