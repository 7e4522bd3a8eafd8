import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { GatewayVpcEndpointAwsService, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnAccessEntry } from 'aws-cdk-lib/aws-eks';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  Code,
  type FunctionProps,
  FunctionUrlAuthType,
  Function as LambdaFunction,
  LayerVersion,
  Runtime,
  StartingPosition,
  TenancyConfig,
} from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsDlq, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { SqsSendMessage } from 'aws-cdk-lib/aws-scheduler-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput, CfnResource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { ArtifactBucket } from '../../../../infra/artifact-bucket.ts';
import { installationOf } from '../../../../infra/installation.ts';

export type TestStackProps = StackProps & {
  /** Folder with a folder for each bundle. */ bundles: string /** Folder of the settings layer. */;
  settings: string;
};

/** What this project's own stack is made of, in small: every kind of resource and every kind of event source. */
export class TestStack extends Stack {
  constructor(scope: Construct, id: string, { bundles, settings, ...props }: TestStackProps) {
    super(scope, id, props);
    const code = (name: string) => Code.fromAsset(join(bundles, name));
    const make = (name: string, bundle: string, more: Partial<FunctionProps> = {}) =>
      new LambdaFunction(this, name, {
        runtime: Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: code(bundle),
        timeout: Duration.seconds(10),
        memorySize: 256,
        ...more,
      });

    const caller = make('Caller', 'caller');
    const echo = make('Echo', 'echo', {
      environment: { SETTINGS: '/opt/settings.json' },
      layers: [new LayerVersion(this, 'Settings', { code: Code.fromAsset(settings) })],
    });
    echo.grantInvoke(caller);
    make('Unreachable', 'echo');
    make('Tenants', 'echo', { tenancyConfig: TenancyConfig.PER_TENANT }).grantInvoke(caller);

    const own = new Queue(this, 'Own', { visibilityTimeout: Duration.seconds(60) });
    own.grantSendMessages(caller);
    new Queue(this, 'Foreign');
    const key = new Key(this, 'Key');
    const encrypted = new Queue(this, 'Encrypted', { encryption: QueueEncryption.KMS, encryptionMasterKey: key });
    caller.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [encrypted.queueArn] }));

    const bucket = new Bucket(this, 'Bucket', { enforceSSL: true });
    caller.addToRolePolicy(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [bucket.arnForObjects('open/*')] }),
    );
    caller.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': 'open/*' } },
      }),
    );
    const blind = new Bucket(this, 'Blind');
    blind.grantPut(caller);
    caller.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [blind.arnForObjects('*')] }));

    const { bucket: artifacts } = new ArtifactBucket(this, installationOf({ home: undefined }));
    caller.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [artifacts.arnForObjects('artifacts/*')],
      }),
    );

    const table = new TableV2(this, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'expires',
    });
    caller.addToRolePolicy(
      new PolicyStatement({ actions: ['dynamodb:PutItem', 'dynamodb:GetItem'], resources: [table.tableArn] }),
    );
    const keyed = new TableV2(this, 'Keyed', { partitionKey: { name: 'id', type: AttributeType.STRING } });
    caller.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:PutItem'],
        resources: [keyed.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'mine-*' } },
      }),
    );

    const secret = new Secret(this, 'Secret');
    secret.grantRead(caller);
    new Secret(this, 'OtherSecret');
    const topic = new Topic(this, 'Topic');
    topic.grantPublish(caller);
    const alerts = new Queue(this, 'Alerts');
    topic.addSubscription(new SqsSubscription(alerts));
    caller.addToRolePolicy(
      new PolicyStatement({
        actions: ['eks:DescribeCluster'],
        resources: [this.formatArn({ service: 'eks', resource: 'cluster', resourceName: 'local' })],
      }),
    );
    caller.addToRolePolicy(
      new PolicyStatement({
        actions: ['ecr:DescribeImages'],
        resources: [this.formatArn({ service: 'ecr', resource: 'repository', resourceName: 'example' })],
      }),
    );
    new CfnAccessEntry(this, 'Entry', {
      clusterName: 'local',
      principalArn: caller.role?.roleArn ?? '',
      kubernetesGroups: ['deployers'],
    });

    const dead = new Queue(this, 'Dead');
    const jobs = new Queue(this, 'Jobs', {
      visibilityTimeout: Duration.seconds(2),
      deadLetterQueue: { queue: dead, maxReceiveCount: 2 },
    });
    make('Worker', 'worker', { timeout: Duration.seconds(1) }).addEventSource(
      new SqsEventSource(jobs, { reportBatchItemFailures: true, maxConcurrency: 2, batchSize: 5 }),
    );

    const ordered = new Queue(this, 'Ordered', {
      fifo: true,
      contentBasedDeduplication: true,
      visibilityTimeout: Duration.seconds(10),
    });
    ordered.grantSendMessages(caller);
    make('Orderly', 'worker').addEventSource(new SqsEventSource(ordered, { batchSize: 1 }));

    const lost = new Queue(this, 'Lost');
    make('Stream', 'stream').addEventSource(
      new DynamoEventSource(table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        bisectBatchOnError: true,
        retryAttempts: 1,
        onFailure: new SqsDlq(lost),
        batchSize: 10,
      }),
    );

    make('Web', 'web').addFunctionUrl({ authType: FunctionUrlAuthType.NONE });

    const ticks = new Queue(this, 'Ticks');
    new Schedule(this, 'Tick', {
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new SqsSendMessage(ticks, { input: ScheduleTargetInput.fromObject({ kind: 'tick' }) }),
    });

    const pushes = new Queue(this, 'Pushes');
    new Rule(this, 'Push', {
      eventPattern: {
        source: ['aws.ecr'],
        detailType: ['ECR Image Action'],
        detail: { result: ['SUCCESS'], 'action-type': ['PUSH'], 'repository-name': [{ prefix: 'example' }] },
      },
      targets: [new SqsQueue(pushes, { deadLetterQueue: dead })],
    });

    const vpc = new Vpc(this, 'Vpc', {
      natGateways: 0,
      maxAzs: 1,
      subnetConfiguration: [{ name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED }],
    });
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    const inside = make('Inside', 'caller', { vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } });
    bucket.grantRead(inside);
    own.grantSendMessages(inside);
    make('InsideEcho', 'echo', { vpc, vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } });

    new LogGroup(this, 'Logs');
    new CfnResource(this, 'Strange', { type: 'AWS::Strange::Thing', properties: { Name: own.queueName } });
    new CfnOutput(this, 'Address', { value: `queue ${own.queueUrl}` });
  }
}
