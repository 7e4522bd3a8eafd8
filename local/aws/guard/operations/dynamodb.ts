import { arnOf, type World } from '../world.ts';
import { type Parameters, type Permission, type PermissionReader, records, text } from './operation.ts';

const tableOperations = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'DescribeTable',
  'DescribeTimeToLive',
];

/** Which permission each member of a transaction needs. */
const transactionActions: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function tableArn(world: World, name: string): string {
  return name.startsWith('arn:') ? name : arnOf(world, 'dynamodb', `table/${name}`);
}

type Attributes = Readonly<Record<string, Record<string, string>>>;

/** `dynamodb:LeadingKeys`: the partition that the request names, in its key, its item, or the condition of a query on the table. */
function leadingKeys(world: World, table: string, item: Parameters): Permission['context'] {
  const name = world.partitionKeys.get(table);
  if (name === undefined) return {};
  const attributes = (item.Key ?? item.Item) as Attributes | undefined;
  const value = attributes ? attributes[name] : queriedPartition(name, item);
  const [key] = Object.values(value ?? {});
  return key === undefined ? {} : { 'dynamodb:leadingkeys': key };
}

/** A query names its partition by an equality: `#pk = :partition`. That of an index is another attribute. */
function queriedPartition(name: string, item: Parameters): Attributes[string] | undefined {
  const names = (item.ExpressionAttributeNames ?? {}) as Readonly<Record<string, string>>;
  const values = (item.ExpressionAttributeValues ?? {}) as Attributes;
  const equalities = text(item.KeyConditionExpression).matchAll(/(#?[\w.-]+)\s*=\s*(:\w+)/g);
  const [, , placeholder = ''] = [...equalities].find(([, left = '']) => (names[left] ?? left) === name) ?? [];
  return values[placeholder];
}

function onTable(world: World, action: string, item: Parameters): Permission {
  const table = tableArn(world, text(item.TableName));
  const index = text(item.IndexName);
  return {
    action: `dynamodb:${action}`,
    resource: index ? `${table}/index/${index}` : table,
    context: leadingKeys(world, table, item),
  };
}

function onBatch(world: World, action: string, { RequestItems }: Parameters): Permission[] {
  return Object.keys((RequestItems ?? {}) as object).map((TableName) => onTable(world, action, { TableName }));
}

function onTransaction(world: World, { TransactItems }: Parameters): Permission[] {
  return records(TransactItems).flatMap((member) =>
    Object.entries(member).map(([kind, item]) => onTable(world, transactionActions[kind] ?? kind, item as Parameters)),
  );
}

export const dynamodbPermissions: PermissionReader = (operation, parameters, world) => {
  if (tableOperations.includes(operation)) return [onTable(world, operation, parameters)];
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') return onBatch(world, operation, parameters);
  if (operation.startsWith('Transact')) return onTransaction(world, parameters);
  return streamPermissions(operation, parameters);
};

/** A shard iterator begins with its stream's ARN, as at AWS. */
function streamPermissions(operation: string, { StreamArn, ShardIterator }: Parameters): Permission[] | undefined {
  if (operation === 'ListStreams') return [{ action: 'dynamodb:ListStreams', resource: '*' }];
  if (!['DescribeStream', 'GetShardIterator', 'GetRecords'].includes(operation)) return undefined;
  const resource = text(StreamArn) || text(ShardIterator).split('|')[0] || '*';
  return [{ action: `dynamodb:${operation}`, resource }];
}
