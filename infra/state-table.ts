import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { variables } from '../shared/environment-variables.ts';
import type { NodeFunction } from './node-function.ts';

type TableAction = 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/** Everything that Plumbline remembers (see `shared/state/`). It outlives the stack: without it, nothing could be pruned safely. */
export class StateTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct) {
    super(scope, 'State');
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Lets the function do these actions on the items of these partitions, and of no others. */
  usedBy(fn: NodeFunction, actions: TableAction[], partitionKeys: string[]): void {
    fn.setVariable(variables.stateTable, this.table.tableName);
    if (partitionKeys.length === 0) return;
    fn.allow(
      `the items of ${partitionKeys.join(', ')}, and no others`,
      actions.map((action) => `dynamodb:${action}`),
      [this.table.tableArn],
      { conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': partitionKeys } } },
    );
  }

  get streamArn(): string {
    if (this.table.tableStreamArn === undefined) throw new Error('the state table has no stream');
    return this.table.tableStreamArn;
  }
}
