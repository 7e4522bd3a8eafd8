/** A price in US dollars, in us-east-1, without free tiers and discounts; where it is from, and when it was looked up. */
export type Price = { dollars: number; per: string; source: string; date: string };

const million = 1_000_000;
const price = (dollars: number, per: string, source: string, date: string): Price => ({ dollars, per, source, date });

/** What Plumbline is billed for. Each is per one unit, whatever the price list counts in. */
export const prices = {
  lambdaRequest: price(0.2 / million, 'invocation', 'https://aws.amazon.com/lambda/pricing/', '2026-06'),
  lambdaArm: price(0.0000133334, 'GB-second, arm64', 'https://aws.amazon.com/lambda/pricing/', '2026-06'),
  lambdaX86: price(0.0000166667, 'GB-second, x86-64', 'https://aws.amazon.com/lambda/pricing/', '2026-06'),
  sqsStandard: price(0.4 / million, 'request to a standard queue', 'https://aws.amazon.com/sqs/pricing/', '2026-06'),
  sqsFifo: price(0.5 / million, 'request to a FIFO queue', 'https://aws.amazon.com/sqs/pricing/', '2026-06'),
  dynamoWrite: price(
    0.625 / million,
    'write of up to 1 KB',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    '2025-07',
  ),
  dynamoRead: price(
    0.125 / million,
    'read of up to 4 KB',
    'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    '2025-07',
  ),
  s3Put: price(0.005 / 1000, 'PUT', 'https://aws.amazon.com/s3/pricing/', '2026-03'),
  s3Get: price(0.0004 / 1000, 'GET', 'https://aws.amazon.com/s3/pricing/', '2026-03'),
  s3Storage: price(0.023, 'GB and month', 'https://aws.amazon.com/s3/pricing/', '2026-03'),
  schedule: price(1 / million, 'invocation by Scheduler', 'https://aws.amazon.com/eventbridge/pricing/', '2026-03'),
  logs: price(0.5, 'GB of log', 'https://aws.amazon.com/cloudwatch/pricing/', '2026-06'),
  alarm: price(0.1, 'alarm and month', 'https://aws.amazon.com/cloudwatch/pricing/', '2026-02'),
  metric: price(0.3, 'metric of our own and month', 'https://aws.amazon.com/cloudwatch/pricing/', '2026-05'),
  dashboard: price(3, 'dashboard and month', 'https://aws.amazon.com/cloudwatch/pricing/', '2026-05'),
  secret: price(0.4, 'secret and month', 'https://aws.amazon.com/secrets-manager/pricing/', '2026-03'),
} satisfies Record<string, Price>;

/** What others are billed for. */
export const peerPrices = {
  capability: price(0.02771, 'hour of a managed Argo CD', 'https://aws.amazon.com/eks/pricing/', '2025-12'),
  capabilityApplication: price(0.00136, 'hour of an Application', 'https://aws.amazon.com/eks/pricing/', '2025-12'),
  fargateCpu: price(0.04048, 'hour of a processor', 'https://aws.amazon.com/fargate/pricing/', '2026-03'),
  fargateMemory: price(0.004445, 'hour of a GB', 'https://aws.amazon.com/fargate/pricing/', '2026-03'),
} satisfies Record<string, Price>;
