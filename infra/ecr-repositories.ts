import { Aws } from 'aws-cdk-lib';
import { parseEcrPattern } from '../shared/images/repository-pattern.ts';

/** The ARN of the ECR repositories that a pattern of `deployer.yaml` means. In both, `*` stands for any characters, also `/`. */
export function repositoryArn(pattern: string): string | undefined {
  const repository = parseEcrPattern(pattern);
  if (repository === undefined) return undefined;
  const { account, region, name } = repository;
  return `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${name}`;
}
