import { Aws } from 'aws-cdk-lib';

const ecr = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\/(.+)$/;

/**
 * The ARN of the ECR repositories that a pattern of `deployer.yaml` means, as `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. In both, `*` stands
 * for any characters, also `/`.
 */
export function repositoryArn(pattern: string): string | undefined {
  const [, account, region, name] = ecr.exec(pattern) ?? [];
  return name === undefined ? undefined : `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${name}`;
}
