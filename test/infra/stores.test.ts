import { describe, expect, it } from 'vitest';
import { keys } from '../../shared/artifacts/keys.ts';
import { resource, resources, statementsOf, synthesize } from './template.ts';

const template = synthesize();

describe('the state table', () => {
  const [table] = Object.values(template.findResources('AWS::DynamoDB::GlobalTable'));

  it('has the keys that the state store uses, and a stream with both images', () => {
    expect(table?.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
  });

  it('can be restored to any second, and is not deleted by mistake nor with the stack', () => {
    expect(table?.Properties.Replicas).toMatchObject([
      { DeletionProtectionEnabled: true, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ]);
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });
});

describe('the artifact bucket', () => {
  const bucket = resource(template, 'AWS::S3::Bucket', 'ArtifactsBucket');
  const { Rules } = bucket.LifecycleConfiguration as { Rules: { Prefix?: string; ExpirationInDays?: number }[] };

  it('is private, encrypted, and takes nothing but TLS', () => {
    expect(Object.values(bucket.PublicAccessBlockConfiguration as object)).toEqual([true, true, true, true]);
    expect(bucket.BucketEncryption).toBeDefined();
    const policy = resource(template, 'AWS::S3::BucketPolicy', 'ArtifactsBucketPolicy');
    expect(statementsOf(policy.PolicyDocument)).toMatchObject([
      { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      { Sid: 'WriteOnce' },
    ]);
  });

  it('takes an object only where none is yet: from everybody, under every key', () => {
    const policy = resource(template, 'AWS::S3::BucketPolicy', 'ArtifactsBucketPolicy');
    expect(statementsOf(policy.PolicyDocument)).toContainEqual({
      Sid: 'WriteOnce',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:PutObject',
      Resource: '<ArtifactsBucket.Arn>/*',
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    });
  });

  it('keeps no half uploads, and no versions if somebody turns versioning on', () => {
    expect(Rules).toContainEqual(
      expect.objectContaining({ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
    );
    expect(Rules).toContainEqual(
      expect.objectContaining({ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 30 } }),
    );
  });

  it('outlives the stack', () => {
    const [whole] = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(whole).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it.each([
    [keys.rendering('staging', 'web', '1'), 1],
    [keys.rendered('staging', '1'), 30],
    [keys.tree('staging', 'abc'), 30],
    [keys.plan('staging', 'web', '1'), 30],
    [keys.chart('sha256:0'), undefined],
    [keys.artifact('staging', 'sha256:0'), undefined],
    [keys.release('staging', 'sha256:0'), undefined],
    [keys.inventory('staging', 'web', 'sha256:0'), undefined],
  ])('%s expires after %s days', (key, days) => {
    const rules = Rules.filter(({ Prefix, ExpirationInDays }) => ExpirationInDays && key.startsWith(Prefix ?? ''));
    expect(rules.map(({ ExpirationInDays }) => ExpirationInDays)).toEqual(days === undefined ? [] : [days]);
  });
});

describe('the alert topic', () => {
  it('reaches the addresses of deployer.yaml', () => {
    expect(resources(template, 'AWS::SNS::Subscription')).toMatchObject([
      { properties: { Protocol: 'email', Endpoint: 'platform@example.com', TopicArn: '<AlertsTopic>' } },
    ]);
  });

  it('takes the alarms of this account, and nothing without TLS', () => {
    const policy = resource(template, 'AWS::SNS::TopicPolicy', 'AlertsTopicPolicy');
    expect(statementsOf(policy.PolicyDocument)).toMatchObject([
      { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      {
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
      },
    ]);
  });
});

describe('the template', () => {
  it('has only types that CloudFormation makes by itself: no custom resource, no helper function', () => {
    const types = new Set(
      Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type),
    );
    expect([...types].filter((type) => type.startsWith('Custom::') || type.includes('CustomResource'))).toEqual([]);
    expect(resources(template, 'AWS::Lambda::Function')).toHaveLength(8);
  });

  it('tells people where things are', () => {
    expect(Object.keys(template.toJSON().Outputs)).toEqual(
      expect.arrayContaining([
        'WebhookUrl',
        'AlertTopicArn',
        'ArtifactBucketName',
        'StateTableName',
        'GitChangesQueueUrl',
        'ImagePushesQueueUrl',
      ]),
    );
  });
});
