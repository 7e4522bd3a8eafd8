import type { ImageRepository } from './ports.ts';

const pattern = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\/(.+)$/;

/**
 * The ECR repositories that a pattern of `deployer.yaml` means (`ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`). In its name `*` stands for
 * any characters, also `/`.
 *
 * @returns undefined if it isn't of ECR, or leaves account or region open
 */
export function parseEcrPattern(text: string): ImageRepository | undefined {
  const [, account, region, name] = pattern.exec(text) ?? [];
  return account === undefined || region === undefined || name === undefined ? undefined : { account, region, name };
}
