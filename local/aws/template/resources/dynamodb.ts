import { CreateTableCommand, type CreateTableCommandInput, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { arnIn, type Creation, type Creator, type Properties, physicalName } from './creator.ts';
import { encryptWith } from './sqs.ts';

type Key = { AttributeName: string; KeyType: string };
type Index = { IndexName: string; KeySchema: Key[]; Projection: object };
type Stream = { StreamViewType: string };
type Expiry = { AttributeName?: string; Enabled?: boolean };

/** Capacity of any kind is left out: nothing here is slow or paid for. */
function indexes(value: unknown): Index[] | undefined {
  return (value as Index[] | undefined)?.map(({ IndexName, KeySchema, Projection }) => ({
    IndexName,
    KeySchema,
    Projection,
  }));
}

async function create(name: string, properties: Properties, creation: Creation, keyId: unknown) {
  const stream = properties.StreamSpecification as Stream | undefined;
  const input = {
    TableName: name,
    AttributeDefinitions: properties.AttributeDefinitions,
    KeySchema: properties.KeySchema,
    GlobalSecondaryIndexes: indexes(properties.GlobalSecondaryIndexes),
    LocalSecondaryIndexes: indexes(properties.LocalSecondaryIndexes),
    BillingMode: 'PAY_PER_REQUEST',
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }),
  } as CreateTableCommandInput;
  const { TableDescription: table } = await creation.clients.dynamodb.send(new CreateTableCommand(input));
  const arn = table?.TableArn ?? arnIn(creation, 'dynamodb', `table/${name}`);
  const expiry = properties.TimeToLiveSpecification as Expiry | undefined;
  if (expiry?.AttributeName) await expire(creation, name, expiry.AttributeName);
  const partition = (properties.KeySchema as Key[]).find(({ KeyType }) => KeyType === 'HASH');
  if (partition) creation.world.partitionKeys.set(arn, partition.AttributeName);
  encryptWith(String(keyId ?? ''), arn, creation.world.encryptionKeys);
  return {
    ref: name,
    attributes: { Arn: arn, StreamArn: table?.LatestStreamArn, TableId: table?.TableId ?? name, TableName: name },
  };
}

/** Set, so that a function can read it; moto itself never deletes an expired item. */
async function expire({ clients }: Creation, TableName: string, AttributeName: string): Promise<void> {
  const TimeToLiveSpecification = { AttributeName, Enabled: true };
  await clients.dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}

export const createTable: Creator = (properties, creation) => {
  const encryption = properties.SSESpecification as { KMSMasterKeyId?: string } | undefined;
  return create(
    String(properties.TableName ?? physicalName(creation, 255)),
    properties,
    creation,
    encryption?.KMSMasterKeyId,
  );
};

type Replica = { Region: string; SSESpecification?: { KMSMasterKeyId?: string } };

/** Only the replica of the stack's own region is played. */
export const createGlobalTable: Creator = (properties, creation) => {
  const replicas = (properties.Replicas ?? []) as Replica[];
  const replica = replicas.find(({ Region }) => Region === creation.world.region);
  const name = String(properties.TableName ?? physicalName(creation, 255));
  return create(name, properties, creation, replica?.SSESpecification?.KMSMasterKeyId);
};
