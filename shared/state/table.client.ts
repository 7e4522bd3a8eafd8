import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * For the state table as it is known inside a VPC: by its name or, where it is another account's, by its ARN. Of an ARN the SDK would make a
 * host name of the account's own; the gateway endpoint is for the region's.
 *
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/ddb-account-based-endpoints-v3.html
 */
export const createTableClient = (config: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({ ...config, accountIdEndpointMode: 'disabled' });
