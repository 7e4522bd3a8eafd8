import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { variables } from '../shared/environment-variables.ts';
import { encryptTable } from './encryption.ts';
import { type Installation, tableNameOf } from './installation.ts';
import type { NodeFunction } from './node-function.ts';

export type TableAction = 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/**
 * Everything that Plumbline remembers (see `shared/state/`). It outlives the stack: without it, nothing could be pruned safely. Its name
 * is fixed, or it would be made anew on the day on which a cluster of another account has to know it.
 */
export class StateTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, installation: Installation) {
    super(scope, 'State');
    this.table = new TableV2(this, 'Table', {
      tableName: tableNameOf(installation),
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    encryptTable(this.table);
  }

  /** Lets the function do these actions on the items of these partitions, and of no others. */
  usedBy(fn: NodeFunction, actions: TableAction[], partitionKeys: string[]): void {
    useTable(fn, { named: this.table.tableName, arn: this.table.tableArn }, actions, partitionKeys);
  }

  get streamArn(): string {
    if (this.table.tableStreamArn === undefined) throw new Error('the state table has no stream');
    return this.table.tableStreamArn;
  }
}

/** A policy may be long, but one statement can't be split between two. */
const mostPartitions = 50;

/**
 * @param table by the name or ARN by which the function calls it, and by its ARN
 */
export function useTable(
  fn: NodeFunction,
  { named, arn }: { named: string; arn: string },
  actions: TableAction[],
  partitionKeys: string[],
): void {
  fn.setVariable(variables.stateTable, named);
  for (let from = 0; from < partitionKeys.length; from += mostPartitions) {
    const keys = partitionKeys.slice(from, from + mostPartitions);
    fn.allow(`the items of ${keys.join(', ')}, and no others`, tableActions(actions), [arn], {
      conditions: ofPartitions(keys),
    });
  }
}

export const tableActions = (actions: TableAction[]) => actions.map((action) => `dynamodb:${action}`);

/** `*` stands for any part of a key. */
export const ofPartitions = (keys: string[]) => {
  const operator = keys.some((key) => key.includes('*')) ? 'StringLike' : 'StringEquals';
  return { [`ForAllValues:${operator}`]: { 'dynamodb:LeadingKeys': keys } };
};
