import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { nameSchema, pathSchema, repositorySchema } from './names.ts';

/**
 * `deployer.yaml`: who may deploy what where. Owned by whoever runs `cdk deploy`; it reaches the functions as a layer.
 * It holds names of secrets, never secrets.
 */
const app = z.strictObject({
  /** The App's numeric id, as GitHub shows it in the App's settings. */
  appId: z.number().int().positive(),
  /** Name of the Secrets Manager secret whose value is the App's private key (PEM). */
  privateKeySecret: z.string().min(1),
});

const apiUrl = z
  .url({ protocol: /^https?$/ })
  .refine(
    (url) => url.startsWith('https:') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname),
    'must be an https URL',
  );

const github = z.strictObject({
  /** REST base URL; set it for GitHub Enterprise Server (`https://HOST/api/v3`). */
  apiUrl: apiUrl.default('https://api.github.com'),
  /** One App per privilege: `read` for source, `write` for image-updater, `report` for reporter. */
  apps: z.strictObject({ read: app, write: app, report: app }),
  /** Name of the secret with the webhook secret: the value itself, or a JSON array of several during a rotation. */
  webhookSecret: z.string().min(1),
});

const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-z]+$`), `must be an id that begins with "${prefix}-"`);

const cluster = z.strictObject({
  /** The EKS cluster's name. */
  name: z.string().regex(/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/, 'must be the name of an EKS cluster'),
  vpc: z.strictObject({
    id: id('vpc'),
    /** Subnets from which the cluster's private endpoint can be reached; they need no NAT. */
    subnets: z.array(id('subnet')).min(1),
    availabilityZones: z.array(z.string()).min(1),
    /** Route tables of these subnets: the S3 and DynamoDB gateway endpoints are attached to them. */
    routeTables: z.array(id('rtb')).min(1),
    /** `create` adds the two gateway endpoints; `existing` leaves the VPC as it is. */
    endpoints: z.enum(['create', 'existing']).default('create'),
  }),
  /** The cluster's own security group; it is opened on 443 to the reconciler. */
  securityGroup: id('sg'),
});

const environment = z.strictObject({
  repository: repositorySchema,
  branch: z.string().min(1).max(255),
  path: pathSchema.default('.'),
  cluster: nameSchema,
  /** Namespaces that this environment may write to; the first is the default of objects that name none. */
  namespaces: z.array(nameSchema).min(1),
  /** Repositories that images may be taken from, as `registry/name`; `*` stands for any part of a name. */
  images: z.array(z.string().min(1)).default([]),
  /** What an image push does: a commit on the branch, or a pull request to it. */
  write: z.enum(['commit', 'pullRequest']).default('commit'),
  promoteFrom: nameSchema.optional(),
  /** Plaintext Secrets in Git: refuse them, deploy them with a warning, or deploy them. */
  secrets: z.enum(['refuse', 'warn', 'allow']).default('refuse'),
  /** Kinds outside any namespace that this environment may own, as `Kind.group` (`Namespace`, `ClusterRole.rbac.authorization.k8s.io`). */
  clusterKinds: z.array(z.string().min(1)).default([]),
});

const schedules = z.strictObject({
  drift: durationSchema.default(300),
  resync: durationSchema.default(300),
  scan: durationSchema.default(900),
  retry: durationSchema.default(60),
});

export const deployerSchema = z
  .strictObject({
    github,
    clusters: z.record(nameSchema, cluster),
    environments: z.record(nameSchema, environment),
    /** How often the ticks come: whole minutes, at least one. */
    schedules: schedules.prefault({}),
    alerts: z.strictObject({ emails: z.array(z.email()).default([]) }).prefault({}),
  })
  .superRefine(checkReferences);

export type Deployer = z.output<typeof deployerSchema>;
export type DeployerEnvironment = Deployer['environments'][string];
export type DeployerCluster = Deployer['clusters'][string];

type Unchecked = {
  clusters: Record<string, unknown>;
  environments: Record<string, { cluster: string; promoteFrom?: string | undefined }>;
};

function checkReferences({ clusters, environments }: Unchecked, context: z.RefinementCtx): void {
  for (const [name, { cluster, promoteFrom }] of Object.entries(environments)) {
    mustBeOneOf(clusters, cluster, ['environments', name, 'cluster'], context);
    if (promoteFrom !== undefined)
      mustBeOneOf(environments, promoteFrom, ['environments', name, 'promoteFrom'], context);
  }
}

function mustBeOneOf(known: Record<string, unknown>, name: string, path: string[], context: z.RefinementCtx): void {
  if (Object.hasOwn(known, name)) return;
  context.addIssue({
    code: 'custom',
    path,
    message: `must be one of ${Object.keys(known).join(', ') || '(none is declared)'}`,
  });
}
