import { Aws, Fn } from 'aws-cdk-lib';

/** A use of a customer's key that a service makes in the caller's name. */
export type KeyUse = {
  service: string;
  actions: string[];
  /** Of the policy's statement: by which service, and for which of its resources. */
  conditions: Record<string, Record<string, string | string[]>>;
};

type Rule = {
  actions: string[];
  /** The encryption context that the service gives, which names the resource. */
  context: string;
  /** From the ARN in the policy to the context's value. */
  value?: (arn: string) => string;
  operator?: 'StringEquals' | 'StringLike';
};

const decrypt = ['kms:Decrypt'];
const encrypt = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** Also of a stream's ARN. */
const tableName = (arn: string) => Fn.select(1, Fn.split('/', arn));
const bucketArn = (arn: string) => arn.split('/')[0] ?? arn;

/**
 * What an action on something encrypted with a customer's key needs besides.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
const rules: Readonly<Record<string, Rule>> = {
  'sqs:SendMessage': { actions: encrypt, context: 'aws:sqs:arn' },
  'sqs:ReceiveMessage': { actions: decrypt, context: 'aws:sqs:arn' },
  'sns:Publish': { actions: encrypt, context: 'aws:sns:topicArn' },
  's3:GetObject': { actions: decrypt, context: 'aws:s3:arn', value: bucketArn },
  's3:PutObject': { actions: ['kms:GenerateDataKey'], context: 'aws:s3:arn', value: bucketArn },
  'secretsmanager:GetSecretValue': { actions: decrypt, context: 'SecretARN', operator: 'StringLike' },
};

/** Whatever is done with a table, DynamoDB opens its key in the caller's name; all else it does with grants that it makes for itself. */
const ofTables: Rule = { actions: decrypt, context: 'aws:dynamodb:tableName', value: tableName };

const ruleOf = (action: string) => (/^dynamodb:(?!List)/.test(action) ? ofTables : rules[action]);

/** The uses of a customer's key that come with these actions on these resources. */
export function keyUsesOf(actions: string[], resources: string[]): KeyUse[] {
  const found = new Map(
    actions.flatMap((action) => {
      const rule = ruleOf(action);
      return rule === undefined ? [] : [[rule, action.split(':')[0] ?? ''] as const];
    }),
  );
  return [...found].map(([rule, service]) => ({
    service,
    actions: rule.actions,
    conditions: conditionsOf(rule, service, resources),
  }));
}

function conditionsOf(
  { context, value = (arn) => arn, operator = 'StringEquals' }: Rule,
  service: string,
  arns: string[],
): KeyUse['conditions'] {
  const values = [...new Set(arns.map(value))];
  const named = { [`kms:EncryptionContext:${context}`]: values };
  const via = viaService(service);
  return operator === 'StringEquals'
    ? { StringEquals: { ...via, ...named } }
    : { StringEquals: via, [operator]: named };
}

export const viaService = (service: string) => ({ 'kms:ViaService': `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}` });
