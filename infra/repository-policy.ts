import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { NodeFunction } from './node-function.ts';

/**
 * Tells, as an output of the stack, the policy that ECR repositories of other accounts must have: a role's own rights don't reach there
 * alone. It is the same for every repository, and for creation templates.
 *
 * @param kind what the repositories hold: the output is called `ImageRepositoryPolicy`, `ChartRepositoryPolicy`
 */
export function tellRepositoryPolicy(kind: 'Image' | 'Chart', fn: NodeFunction, actions: readonly string[]): void {
  const stack = Stack.of(fn);
  const Statement = [{ Sid: 'Plumbline', Effect: 'Allow', Principal: { AWS: fn.role.roleArn }, Action: actions }];
  new CfnOutput(stack, `${kind}RepositoryPolicy`, {
    value: stack.toJsonString({ Version: '2012-10-17', Statement }),
    description: `What the policy of ${kind.toLowerCase()} repositories in ECR of other accounts must allow`,
  });
}
