import { z } from 'zod';
import { type Location, locationSchema } from './registries.ts';

const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-z]+$`), `must be an id that begins with "${prefix}-"`);

const vpcSchema = z.strictObject({
  id: id('vpc'),
  subnets: z
    .array(id('subnet'))
    .min(1)
    .describe("Subnets from which the cluster's private endpoint can be reached; they need no NAT."),
  availabilityZones: z.array(z.string()).min(1).describe('Of these subnets, in the same order.'),
  routeTables: z
    .array(id('rtb'))
    .min(1)
    .describe('Of these subnets: the S3 and DynamoDB gateway endpoints are attached to them.'),
  endpoints: z
    .enum(['create', 'existing'])
    .default('create')
    .describe('`create` adds the two gateway endpoints; `existing` leaves the VPC as it is.'),
  prefixLists: z
    .strictObject({ s3: id('pl'), dynamodb: id('pl') })
    .describe(
      "Ids of AWS's managed prefix lists in the region: all that the security groups are opened to beside the cluster.",
    ),
});

export const clusterSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, 'must be the name of an EKS cluster')
    .describe("The EKS cluster's name."),
  account: locationSchema.shape.account
    .optional()
    .describe(
      "The cluster's account: twelve digits, in quotes. Another one than `home`'s gets a stack of its own there. Default: `home`'s.",
    ),
  region: locationSchema.shape.region
    .optional()
    .describe(
      "The cluster's region. It can only be `home`'s: gateway endpoints lead to S3 and DynamoDB of their own region. Default: `home`'s.",
    ),
  vpc: vpcSchema,
  securityGroup: id('sg').describe("The cluster's own security group; it is opened on 443 to the reconciler."),
  maxConcurrency: z
    .number()
    .int()
    .min(2, 'must be at least 2, which is the least that Lambda takes')
    .max(1000)
    .default(10)
    .describe(
      "How many of its applications are reconciled at once. More is faster after a change of many, and more requests at once for the cluster's API server. It is no reservation: the account's concurrency must have room for it.",
    ),
});

export type DeployerCluster = z.output<typeof clusterSchema>;

type Placed = {
  home?: Location | undefined;
  clusters: Record<string, Pick<DeployerCluster, 'account' | 'region'>>;
  renderer: { network: 'own' | 'cluster'; cluster?: string | undefined };
};

/** The account of a cluster that doesn't stand in Plumbline's own. */
export const accountElsewhere = ({ account }: Pick<DeployerCluster, 'account'>, { home }: Pick<Placed, 'home'>) =>
  account === home?.account ? undefined : account;

/** What stands elsewhere must know where Plumbline is, and what renders stays there. */
export function checkClusters({ home, clusters, renderer }: Placed, context: z.RefinementCtx): void {
  const add = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  for (const [key, { account, region }] of Object.entries(clusters)) {
    if (home === undefined && (account !== undefined || region !== undefined))
      add(['home'], `is required where a cluster names its account or region, as ${key} does`);
    if (home !== undefined && region !== undefined && region !== home.region)
      add(['clusters', key, 'region'], `must be home's, ${home.region}: ${regional}`);
  }
  const atHome = Object.keys(clusters).filter((key) => accountElsewhere(clusters[key] ?? {}, { home }) === undefined);
  const { network, cluster = atHome[0] } = renderer;
  if (network === 'cluster' && (cluster === undefined || !atHome.includes(cluster)))
    add(['renderer', 'cluster'], `must be a cluster of Plumbline's own account: ${atHome.join(', ') || '(none is)'}`);
}

const regional =
  "from another region no gateway endpoint leads to Plumbline's bucket and table. Install Plumbline in that region, too, with a deployer.yaml and GitHub Apps of its own";
