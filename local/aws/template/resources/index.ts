import type { Creator } from './creator.ts';
import { createGlobalTable, createTable } from './dynamodb.ts';
import { createAccessEntry } from './eks.ts';
import { createEventBus, createEventBusPolicy, createRule } from './events.ts';
import { createManagedPolicy, createPolicy, createRole } from './iam.ts';
import { createAlias, createKey } from './kms.ts';
import {
  createEventInvokeConfig,
  createFunction,
  createLambdaAlias,
  createLayerVersion,
  createPermission,
  createUrl,
  createVersion,
} from './lambda.ts';
import { createEventSourceMapping } from './mappings.ts';
import { createLogGroup, createVpcEndpoint, recorded } from './recorded.ts';
import { createBucket, createBucketPolicy } from './s3.ts';
import { createSchedule, createScheduleGroup } from './scheduler.ts';
import { createSecret } from './secrets.ts';
import { createSubscription, createTopic, createTopicPolicy } from './sns.ts';
import { createQueue, createQueuePolicy } from './sqs.ts';

/** How each type of resource is played. A type that is not here is named in the player's output. */
export const creators: Readonly<Record<string, Creator>> = {
  'AWS::DynamoDB::GlobalTable': createGlobalTable,
  'AWS::DynamoDB::Table': createTable,
  'AWS::EC2::VPCEndpoint': createVpcEndpoint,
  'AWS::EKS::AccessEntry': createAccessEntry,
  'AWS::Events::EventBus': createEventBus,
  'AWS::Events::EventBusPolicy': createEventBusPolicy,
  'AWS::Events::Rule': createRule,
  'AWS::IAM::ManagedPolicy': createManagedPolicy,
  'AWS::IAM::Policy': createPolicy,
  'AWS::IAM::Role': createRole,
  'AWS::IAM::RolePolicy': createPolicy,
  'AWS::KMS::Alias': createAlias,
  'AWS::KMS::Key': createKey,
  'AWS::Lambda::Alias': createLambdaAlias,
  'AWS::Lambda::EventInvokeConfig': createEventInvokeConfig,
  'AWS::Lambda::EventSourceMapping': createEventSourceMapping,
  'AWS::Lambda::Function': createFunction,
  'AWS::Lambda::LayerVersion': createLayerVersion,
  'AWS::Lambda::Permission': createPermission,
  'AWS::Lambda::Url': createUrl,
  'AWS::Lambda::Version': createVersion,
  'AWS::S3::Bucket': createBucket,
  'AWS::S3::BucketPolicy': createBucketPolicy,
  'AWS::SNS::Subscription': createSubscription,
  'AWS::SNS::Topic': createTopic,
  'AWS::SNS::TopicPolicy': createTopicPolicy,
  'AWS::SQS::Queue': createQueue,
  'AWS::SQS::QueuePolicy': createQueuePolicy,
  'AWS::Scheduler::Schedule': createSchedule,
  'AWS::Scheduler::ScheduleGroup': createScheduleGroup,
  'AWS::SecretsManager::Secret': createSecret,
  // Known, but without an effect on one machine.
  'AWS::CDK::Metadata': recorded(),
  'AWS::CloudWatch::Alarm': recorded(),
  'AWS::CloudWatch::CompositeAlarm': recorded(),
  'AWS::CloudWatch::Dashboard': recorded(),
  'AWS::EC2::Route': recorded('rt'),
  'AWS::EC2::RouteTable': recorded('rtb'),
  'AWS::EC2::SecurityGroup': recorded('sg'),
  'AWS::EC2::SecurityGroupEgress': recorded('sgr'),
  'AWS::EC2::SecurityGroupIngress': recorded('sgr'),
  'AWS::EC2::Subnet': recorded('subnet'),
  'AWS::EC2::SubnetRouteTableAssociation': recorded('rtbassoc'),
  'AWS::EC2::VPC': recorded('vpc'),
  'AWS::Logs::LogGroup': createLogGroup,
  'AWS::Logs::MetricFilter': recorded(),
  // A function in a VPC finds no name here but this machine's, whatever a firewall would let through.
  'AWS::Route53Resolver::FirewallDomainList': recorded('rslvr-fdl'),
  'AWS::Route53Resolver::FirewallRuleGroup': recorded('rslvr-frg'),
  'AWS::Route53Resolver::FirewallRuleGroupAssociation': recorded('rslvr-frgassoc'),
};
