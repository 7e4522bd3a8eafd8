import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { NodeFunction } from './node-function.ts';

/**
 * What Lambda itself does with a function's role to put the function into a VPC.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Lambda makes the function's network interfaces with the function's role, and offers no resource to name. What the function's
 * own code asks is denied: `lambda:SourceFunctionArn` is only there in calls that come from inside a function.
 */
export function allowInterfaces(fn: NodeFunction): void {
  const ownCode = `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:*`;
  const why = 'Lambda makes its network interfaces in its name; EC2 has no resource to name before they exist';
  fn.allow(why, interfaceActions, ['*'], { sid: 'NetworkInterfaces' });
  fn.role.addToPrincipalPolicy(
    new PolicyStatement({
      sid: 'NotByOwnCode',
      effect: Effect.DENY,
      actions: ['ec2:*'],
      resources: ['*'],
      conditions: { ArnLike: { 'lambda:SourceFunctionArn': ownCode } },
    }),
  );
}
