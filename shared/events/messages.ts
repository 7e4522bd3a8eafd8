import { z } from 'zod';
import { digestOf } from '../artifacts/digest.ts';
import { keys } from '../artifacts/keys.ts';
import { nameSchema, repositorySchema } from '../config/names.ts';

/**
 * The messages between the functions. A message says that something changed, never what: whoever gets it asks the
 * source of truth. Each schema serves producer and consumer.
 */

/** On `git-changes`: this branch may have moved. */
export const gitChangeSchema = z.object({
  kind: z.literal('git-change'),
  repository: repositorySchema,
  branch: z.string().min(1).max(255),
  /** The head that the webhook announced; a hint for noticing a stale answer, never trusted as the head. */
  announced: z
    .string()
    .regex(/^[0-9a-f]{40,64}$/)
    .optional(),
  /** What caused it: a delivery id, or a tick. For the log. */
  cause: z.string().min(1).max(200),
});

/** On `image-pushes`, beside ECR's own events: look at every image of the environments. */
const imageScanSchema = z.object({ kind: z.literal('image-scan'), cause: z.string().min(1).max(200) });

/** On `image-pushes`: another revision of this environment is healthy, so its versions may be proposed to those that are promoted from it. */
const promotionSchema = z.object({
  kind: z.literal('promotion'),
  environment: nameSchema,
  cause: z.string().min(1).max(200),
});

/** On `ticks`, sent by EventBridge Scheduler. */
export const tickSchema = z.object({
  kind: z.enum(['drift', 'resync', 'scan', 'retry']),
  scheduledAt: z.string().min(1),
});

/** On `reports`: look at what there is to tell of this environment. */
export const reportRequestSchema = z.object({
  kind: z.literal('report'),
  environment: nameSchema,
  cause: z.string().min(1).max(200),
});

const application = {
  kind: z.literal('reconciliation'),
  environment: nameSchema,
  application: nameSchema,
  cause: z.string().min(1).max(200),
};

const passSchema = z.object({ ...application, mode: z.enum(['apply', 'check']) });

const planRequestSchema = z
  .object({
    ...application,
    mode: z.literal('plan'),
    /** Key of the planned revision's release in the artifact store. It is not what `desired` says. */
    release: z.string(),
    /** The pull request that waits for it, by its number. Where its state says that it waits for another one by now, none is made. */
    pullRequest: z.number().int().positive().optional(),
    /** Under which the plan is stored. Another plan of the same revision needs another one: a plan is written once. */
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be letters, digits, dots and hyphens'),
  })
  .refine(({ environment, release }) => release === keys.release(environment, digestIn(release)), {
    path: ['release'],
    error: 'must be a release of the same environment',
  });

const digestIn = (key: string) => /[0-9a-f]{64}(?=\.json$)/.exec(key)?.[0] ?? '';

/**
 * On `reconciliations`: make this application match what is desired now (`apply`), look for drift (`check`), or say what a revision
 * that nobody has decided on yet would do (`plan`).
 */
export const reconciliationSchema = z.discriminatedUnion('mode', [passSchema, planRequestSchema]);

/** EventBridge's envelope around ECR's event. @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
const ecrEventSchema = z.object({
  /** Of the envelope; another one could mean anything. */
  version: z.literal('0'),
  id: z.string().min(1).max(200),
  source: z.literal('aws.ecr'),
  'detail-type': z.string(),
  account: z.string().regex(/^\d{12}$/, 'must be an account number'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region'),
  detail: z.object({
    'repository-name': z.string().min(1).max(256),
    'action-type': z.string().nullish(),
    result: z.string().nullish(),
    /** Instead of `result`, of a pull-through cache. */
    'sync-status': z.string().nullish(),
    'image-tag': z.string().nullish(),
    /** Of what refers to an image: a signature, an SBOM. */
    'artifact-media-type': z.string().nullish(),
  }),
});

const ownMessageSchema = z.discriminatedUnion('kind', [imageScanSchema, promotionSchema]);

/** What `image-pushes` carries. Told apart by `kind`, so that an error speaks of the one that was meant. */
export const imageMessageSchema = z.unknown().transform((value, context): ImageScan | PromotionRequest | EcrEvent => {
  const isOurs = typeof value === 'object' && value !== null && 'kind' in value;
  const result = (isOurs ? ownMessageSchema : ecrEventSchema).safeParse(value);
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
});

export type GitChange = z.output<typeof gitChangeSchema>;
export type PromotionRequest = z.output<typeof promotionSchema>;
export type ImageScan = z.output<typeof imageScanSchema>;
export type ReportRequest = z.output<typeof reportRequestSchema>;
export type Tick = z.output<typeof tickSchema>;
export type Reconciliation = z.output<typeof passSchema>;
export type PlanRequest = z.output<typeof planRequestSchema>;
export type EcrEvent = z.output<typeof ecrEventSchema>;

type Group = { environment: string; application: string };

/** The FIFO group: one application's reconciliations come one after the other, others' beside them. */
export const reconciliationGroup = ({ environment, application }: Group) => `${environment}/${application}`;

/**
 * The FIFO group of a plan. All plans of a cluster share a few groups of their own, a third of as many as it may reconcile side by side, so
 * that nobody can hold a deployment up by pull requests, however many there are.
 *
 * @param maxConcurrency how many reconcilers the cluster's queue may keep busy. Default: 10
 */
export function planGroup({ environment, application }: Group, maxConcurrency = 10): string {
  const lanes = Math.max(1, Math.floor(maxConcurrency / 3));
  const lane = Number.parseInt(digestOf(`${environment}/${application}`).slice(-8), 16) % lanes;
  return `plans:${lane}`;
}
