import type { Construct } from 'constructs';

/** An ARN of a key in the artifact bucket, beside the environment's name: what the CDK can't know before it is deployed. */
const arnLength = 'arn:aws-us-gov:s3:::plumbline-artifacts-111122223333-ap-southeast-99/inventories//*/*.json'.length;

/**
 * How policies are written: statements that differ in one part become one, and where a role's are too long for one policy (10,240
 * characters) the CDK moves some to managed policies (6,144 each, ten at most). It guesses how long an ARN will be, and a guess that is
 * too high makes more policies than a role may have.
 *
 * @param names of the environments
 */
export function leastPolicies(scope: Construct, names: string[]): void {
  scope.node.setContext('@aws-cdk/aws-iam:minimizePolicies', true);
  const longest = Math.max(0, ...names.map(({ length }) => length));
  scope.node.setContext('@aws-cdk/aws-iam.arnSizeEstimate', Math.max(leastEstimate, arnLength + longest));
}

const leastEstimate = 100;
