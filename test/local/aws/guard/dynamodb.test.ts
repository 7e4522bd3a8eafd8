import { describe, expect, it } from 'vitest';
import { dynamodbPermissions } from '../../../../local/aws/guard/operations/dynamodb.ts';
import { createWorld } from '../../../../local/aws/guard/world.ts';

const world = createWorld('123456789012', 'eu-west-1');
const resource = 'arn:aws:dynamodb:eu-west-1:123456789012:table/state';
world.partitionKeys.set(resource, 'pk');

const contextOf = (operation: string, parameters: object) =>
  dynamodbPermissions(operation, { TableName: 'state', ...parameters }, world)?.map(({ context }) => context);

describe('the partition that a call names', () => {
  it.each([
    ['GetItem', { Key: { pk: { S: 'a' }, sk: { S: 'x' } } }],
    ['PutItem', { Item: { pk: { S: 'a' }, sk: { S: 'x' }, more: { S: 'b' } } }],
    [
      'Query',
      {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':sk': { S: 'x' }, ':pk': { S: 'a' } },
      },
    ],
    [
      'Query',
      {
        KeyConditionExpression: '#sort = :sort AND #partition = :partition',
        ExpressionAttributeNames: { '#sort': 'sk', '#partition': 'pk' },
        ExpressionAttributeValues: { ':sort': { S: 'x' }, ':partition': { S: 'a' } },
      },
    ],
  ])('of %s is known to conditions', (operation, parameters) => {
    expect(contextOf(operation, parameters)).toEqual([{ 'dynamodb:leadingkeys': 'a' }]);
  });

  it('of each member of a transaction is its own', () => {
    const TransactItems = ['a', 'b'].map((pk) => ({ Delete: { TableName: 'state', Key: { pk: { S: pk } } } }));
    expect(contextOf('TransactWriteItems', { TransactItems })).toEqual([
      { 'dynamodb:leadingkeys': 'a' },
      { 'dynamodb:leadingkeys': 'b' },
    ]);
  });

  it('is not known of a scan, which names none', () => {
    expect(contextOf('Scan', {})).toEqual([{}]);
  });
});
