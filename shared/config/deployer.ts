import { z } from 'zod';
import { systemNamespace } from '../kubernetes/names.ts';
import { newNamespacesSchema } from '../kubernetes/new-namespaces.ts';
import { podSecurityLevels } from '../kubernetes/pod-security/level.ts';
import { chartCredentialsSchema, chartPatternSchema } from './chart.ts';
import { checkClusters, clusterSchema } from './cluster.ts';
import { durationSchema } from './duration.ts';
import { checkKeyRegion, encryptionSchema } from './encryption.ts';
import { nameSchema, pathSchema, repositorySchema, sourceRepositorySchema } from './names.ts';
import { checkNewNamespaces } from './new-namespaces.ts';
import { type Receiver, receiverName, receiverSchema } from './receivers.ts';
import { checkRegistries, locationSchema } from './registries.ts';
import { rendererSchema } from './renderer.ts';
import { verifyRuleSchema } from './verify-rule.ts';

const app = z
  .strictObject({
    appId: z.number().int().positive().describe("The App's numeric id, as GitHub shows it in the App's settings."),
    privateKeySecret: z
      .string()
      .min(1)
      .describe("Name of the Secrets Manager secret whose value is the App's private key (PEM)."),
  })
  .describe('A GitHub App.');

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

const github = z.strictObject({
  apiUrl: z
    .url({ protocol: /^https?$/, error: 'must be an https URL' })
    .refine((url) => url.startsWith('https:') || loopback.includes(new URL(url).hostname), 'must be an https URL')
    .default('https://api.github.com')
    .describe('REST base URL; set it for GitHub Enterprise Server (`https://HOST/api/v3`).'),
  webUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe("Where people find GitHub's pages. Default: what belongs to `apiUrl`."),
  apps: z
    .strictObject({ read: app, write: app, report: app })
    .describe('One App per privilege: `read` for source, `write` for image-updater, `report` for reporter.'),
  webhookSecret: z
    .string()
    .min(1)
    .describe(
      'Name of the secret with the webhook secret: the value itself, or a JSON array of several during a rotation.',
    ),
});

export const deployerEnvironmentSchema = z.strictObject({
  repository: repositorySchema.describe('The environment repository, as `owner/name`.'),
  branch: z.string().min(1).max(255),
  path: pathSchema.default('.').describe("The environment's folder in the repository."),
  cluster: nameSchema.describe('A key of `clusters`.'),
  namespaces: z
    .array(
      nameSchema.refine((name) => name !== systemNamespace, `must not be ${systemNamespace}, which is Plumbline's own`),
    )
    .min(1)
    .describe('Namespaces that this environment may write to; the first is the default of objects that name none.'),
  images: z
    .array(z.string().min(1))
    .default([])
    .describe('Repositories that images may be taken from, as `registry/name`; `*` stands for any part of a name.'),
  applicationRepositories: z
    .array(sourceRepositorySchema)
    .default([])
    .describe(
      'Where images may say that they were built from (`org.opencontainers.image.source`): these sources are linked in commits and pull requests, and may be told what became of them. As `owner/name` on GitHub, or `https://HOST/PATH`; `*` stands for any part of a name. Default: none.',
    ),
  verify: z
    .array(verifyRuleSchema)
    .default([])
    .describe(
      'Who must have signed an image before image-updater pins it. Every rule that is about the image must be met; one of its keys or identities is enough. Default: nobody.',
    ),
  charts: z
    .array(chartPatternSchema)
    .default([])
    .describe(
      'Charts that may be taken from chart repositories, as `https://HOST/PATH/NAME` or `oci://HOST/PATH/NAME`; `*` stands for any part behind the host. Default: none.',
    ),
  write: z
    .enum(['commit', 'pullRequest'])
    .default('commit')
    .describe('What an image push does: a commit on the branch, or a pull request to it.'),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('Where what it deploys can be used: GitHub shows it with each Deployment.'),
  promoteFrom: nameSchema
    .optional()
    .describe('The environment whose pins are proposed here once they are healthy there.'),
  secrets: z
    .enum(['refuse', 'warn', 'allow'])
    .default('refuse')
    .describe('Plaintext Secrets in Git: refuse them, deploy them with a warning, or deploy them.'),
  podLogs: z
    .enum(['hide', 'show'])
    .default('hide')
    .describe(
      'Whether the last lines of a crashing container are told with its failed rollout. More people read states, alerts and commit statuses than may read logs, and logs may hold what is secret.',
    ),
  clusterKinds: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Kinds outside any namespace that this environment may own, as `Kind.group` (`ClusterRole.rbac.authorization.k8s.io`). Of `Namespace` it may own those of `namespaces`.',
    ),
  newNamespaces: newNamespacesSchema
    .optional()
    .describe(
      'Namespaces beside those that it may make itself: with the first application that is placed in one it comes, with the last one it goes. Default: none.',
    ),
  podSecurity: z
    .enum(podSecurityLevels)
    .default('baseline')
    .describe(
      'What its pods may ask of their nodes, by the levels of the Pod Security Standards: `restricted` nothing, `baseline` no known way to take a node over, `privileged` anything. Held by the reconciler, and by labels of the namespaces that `plumbline rbac` writes.',
    ),
});

/** EventBridge Scheduler's rates have no seconds. */
const intervalSchema = durationSchema.refine(
  (seconds) => seconds >= 60 && seconds % 60 === 0,
  'must be whole minutes, at least "1 minute"',
);

const schedules = z.strictObject({
  drift: intervalSchema.default(300).describe('How often the clusters are compared with Git.'),
  resync: intervalSchema
    .default(300)
    .describe('How often every branch is asked for its head, in case a webhook was lost.'),
  scan: intervalSchema.default(900).describe('How often every image is looked up, in case a push event was lost.'),
  retry: intervalSchema.default(60).describe('How often is looked for what waits: retries, rollouts, lost messages.'),
});

/**
 * `deployer.yaml`: who may deploy what where. Owned by whoever runs `cdk deploy`; it reaches the functions as a layer.
 * It holds names of secrets, never secrets.
 */
export const deployerSchema = z
  .strictObject({
    github,
    home: locationSchema
      .optional()
      .describe(
        'Where Plumbline itself is installed; nowhere else can it be deployed then. Required where something stands elsewhere: `registries`, a cluster with an `account`.',
      ),
    registries: z
      .array(locationSchema)
      .default([])
      .describe(
        'ECR registries of other accounts or regions that `images` names. Each gets a stack of its own there, which forwards their events; without, only the scan finds what is pushed there.',
      ),
    chartCredentials: z
      .array(chartCredentialsSchema)
      .default([])
      .describe(
        'Who asks for charts that are not public; the first entry that is about a chart counts. Which environment may have it is said by its `charts`. Default: nobody in particular.',
      ),
    clusters: z
      .record(nameSchema, clusterSchema)
      .refine((clusters) => Object.keys(clusters).length > 0, 'must name at least one cluster')
      .describe('The clusters, each by a name of your choice.'),
    environments: z.record(nameSchema, deployerEnvironmentSchema).describe('The environments, each by its name.'),
    schedules: schedules.prefault({}),
    renderer: rendererSchema.prefault({}),
    encryption: encryptionSchema.optional().describe('A KMS key of your own. Default: keys that AWS manages.'),
    alerts: z
      .strictObject({
        emails: z.array(z.email()).default([]).describe('Who is told by e-mail when something fails.'),
        receivers: z
          .array(receiverSchema)
          .default([])
          .describe('Who else is told, and what: each has exactly one of `email`, `slack` and `webhook`.'),
        reminder: durationSchema
          .default(86_400)
          .describe('After how long it is told again that something still fails.'),
        runbook: z
          .url({ protocol: /^https?$/ })
          .optional()
          .describe(
            'Address at which your people read docs/runbook.md, such as its page in your copy of this repository: alarms link to its entries. Default: they name the file.',
          ),
      })
      .prefault({}),
  })
  .superRefine(checkReferences)
  .superRefine(checkNewNamespaces)
  .superRefine(checkKeyRegion)
  .superRefine(checkReceivers)
  .superRefine(checkClusters)
  .superRefine(checkRegistries);

export type Deployer = z.output<typeof deployerSchema>;
export type DeployerEnvironment = Deployer['environments'][string];

type Unchecked = {
  clusters: Record<string, unknown>;
  environments: Record<string, { cluster: string; promoteFrom?: string | undefined }>;
  alerts: { emails: string[]; receivers: Receiver[] };
};

function checkReferences({ clusters, environments }: Unchecked, context: z.RefinementCtx): void {
  for (const [name, { cluster, promoteFrom }] of Object.entries(environments)) {
    mustBeOneOf(clusters, cluster, ['environments', name, 'cluster'], context);
    if (promoteFrom !== undefined) {
      mustBeOneOf(environments, promoteFrom, ['environments', name, 'promoteFrom'], context);
    }
  }
}

/** A receiver of something that can't come is a mistake, and the topic has each address once. */
function checkReceivers({ alerts: { emails, receivers }, environments }: Unchecked, context: z.RefinementCtx): void {
  const names = [...emails.map((email) => `email ${email}`), ...receivers.map(receiverName)];
  for (const [index, receiver] of receivers.entries()) {
    const path = ['alerts', 'receivers', index];
    for (const name of receiver.environments ?? []) mustBeOneOf(environments, name, [...path, 'environments'], context);
    if (names.indexOf(receiverName(receiver)) < emails.length + index)
      context.addIssue({
        code: 'custom',
        path,
        message: `${receiverName(receiver)} stands there already; give each once`,
      });
  }
}

function mustBeOneOf(
  known: Record<string, unknown>,
  name: string,
  path: (string | number)[],
  context: z.RefinementCtx,
): void {
  if (Object.hasOwn(known, name)) return;
  const names = Object.keys(known).join(', ') || '(none is declared)';
  context.addIssue({ code: 'custom', path, message: `must be one of ${names}` });
}
