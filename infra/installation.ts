import { createHash } from 'node:crypto';
import { Aws } from 'aws-cdk-lib';
import type { Deployer } from '../shared/config/deployer.ts';

/**
 * Where Plumbline stands, and what its names begin with. Stacks of two accounts name each other's resources before either is there, so what
 * both must know has a fixed name, made of these.
 */
export type Installation = { name: string; account: string; region: string };

const defaultName = 'plumbline';

export function installationOf({ home }: Pick<Deployer, 'home'>, name = defaultName): Installation {
  return { name, account: home?.account ?? Aws.ACCOUNT_ID, region: home?.region ?? Aws.REGION };
}

export const bucketNameOf = ({ name, account, region }: Installation) => `${name}-artifacts-${account}-${region}`;

export const bucketArnOf = (installation: Installation) => `arn:${Aws.PARTITION}:s3:::${bucketNameOf(installation)}`;

export const tableNameOf = ({ name }: Installation) => `${name}-state`;

export const tableArnOf = (installation: Installation) =>
  `arn:${Aws.PARTITION}:dynamodb:${installation.region}:${installation.account}:table/${tableNameOf(installation)}`;

/** Roles have no region of their own: the name tells it. */
export const roleNameOf = ({ name, region }: Installation, whose: string) =>
  `${fitting(`${name}-${whose}`, 64 - longestRegion - 1)}-${region}`;

export const roleArnOf = (installation: Installation, whose: string, account = installation.account) =>
  `arn:${Aws.PARTITION}:iam::${account}:role/${roleNameOf(installation, whose)}`;

/** Of a cluster in another account. */
export const queueNameOf = ({ name }: Installation, cluster: string) =>
  `${fitting(`${name}-${cluster}`, 80 - '.fifo'.length)}.fifo`;

/** What the roles are called that others must know. */
export const roles = {
  source: 'source',
  dispatcher: 'dispatcher',
  reconciler: (cluster: string) => `reconciler-${cluster}`,
  description: (cluster: string) => `describe-${cluster}`,
};

const longestRegion = 'ap-southeast-99'.length;

/** Long keys of clusters are cut, and told apart by a digest. */
function fitting(text: string, most: number): string {
  if (text.length <= most) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${text.slice(0, most - digest.length - 1)}-${digest}`;
}
