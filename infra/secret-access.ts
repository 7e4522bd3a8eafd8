import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { NodeFunction } from './node-function.ts';

/** Lets the function read one secret, by the name that `deployer.yaml` gives. Its ARN ends in six characters that nobody can know beforehand. */
export function allowSecret(fn: NodeFunction, name: string, why: string): void {
  const secret = Secret.fromSecretNameV2(fn, `Secret-${name}`, name);
  fn.allow(why, ['secretsmanager:GetSecretValue'], [`${secret.secretArn}-??????`]);
}
