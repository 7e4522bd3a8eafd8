import { z } from 'zod';
import { problemSchema } from '../problem.ts';

/**
 * What Plumbline remembers, in one DynamoDB table. `source` writes `desired`, `attempt` and `cluster`;
 * `reconciler` writes `application` and the cluster's API list; everybody else reads.
 */

/** What an environment should run: the newest revision that could be rendered. Written whole, only by a greater `sequence`. */
export const desiredSchema = z.object({
  environment: z.string(),
  repository: z.string(),
  branch: z.string(),
  /** Taken before the head was asked for, so a greater one never describes an older head. */
  sequence: z.number().int().positive(),
  /** Commit SHA. */
  revision: z.string(),
  /** Key of the release (the list of artifacts) in the artifact store. */
  release: z.string(),
  /** ISO 8601. */
  at: z.string(),
  /** When the oldest image that this revision's own commit pins was pushed, if it pins any. For nothing but measuring. */
  pushedAt: z.string().optional(),
});
export type Desired = z.output<typeof desiredSchema>;

/** The newest revision that was looked at, whatever came of it: what the commit status of that revision is made of. */
export const attemptSchema = z.object({
  environment: z.string(),
  repository: z.string(),
  sequence: z.number().int().positive(),
  revision: z.string(),
  outcome: z.enum(['pending', 'rendered', 'failed']),
  /** Digest of what else a rendering depends on (`deployer.yaml`, the cluster's version): another one makes the same head worth a look. */
  basis: z.string(),
  problems: z.array(problemSchema),
  /** Of the revision's commit, as far as it could be asked. */
  author: z.string().optional(),
  /** Some of it may pass by itself: from when on the same head is worth another look, and how often it was so already. */
  again: z.object({ at: z.string(), attempt: z.number().int() }).optional(),
  at: z.string(),
});
export type Attempt = z.output<typeof attemptSchema>;

/** `waiting`: for applications that it depends on. */
const phases = ['waiting', 'applying', 'progressing', 'healthy', 'failed', 'held', 'suspended', 'removed'] as const;

/**
 * What differs from Git: `2 → 5` says that Git has 2. It is known as long as it is so; if it was put back (`corrected`), until something
 * else is.
 */
const driftedFieldSchema = problemSchema.extend({ corrected: z.boolean().default(false) });
export type DriftedField = z.output<typeof driftedFieldSchema>;

/** Where one application stands in its cluster. `version` fences: every write names the version that it read. */
export const applicationStateSchema = z.object({
  environment: z.string(),
  application: z.string(),
  version: z.number().int().nonnegative(),
  /** Of the desired state that was last handled. */
  sequence: z.number().int().nonnegative(),
  revision: z.string(),
  /** Digest of the artifact that was last tried, and of the one that was last applied whole (applies and prune done). */
  artifact: z.string().optional(),
  applied: z.string().optional(),
  /** Hash of `applied` and of the settings that it was applied with. Absent from before the first write until the last one of a run. */
  work: z.string().optional(),
  /** Whether its objects may be pruned, by the settings of `applied`: they are asked for when Git no longer has the application. */
  prune: z.boolean().optional(),
  /** What the namespaces begin with that may have been made for it. */
  namespacePrefix: z.string().optional(),
  /** Where its objects without a namespace of their own went, by the settings of `applied`: its deletion hooks go there, too. */
  namespace: z.string().optional(),
  /** Its hooks for the newest artifact that was tried, or for the deletion: which event it is, and which of them are done. */
  hooks: z
    .object({
      event: z.enum(['install', 'upgrade', 'delete']),
      /** Digest. */
      artifact: z.string(),
      /** With the event, the name under which its hooks are known in the cluster. `attempt` counts from 1, one more with each failure. */
      sequence: z.number().int(),
      attempt: z.number().int(),
      /** Identities. */
      done: z.array(z.string()),
    })
    .optional(),
  /** Key of the inventory in the artifact store: every object that may be ours. */
  inventory: z.string().optional(),
  phase: z.enum(phases),
  problems: z.array(problemSchema),
  counts: z.object({ objects: z.number(), changed: z.number(), pruned: z.number() }),
  /** Of the last look that found something, or put something back. */
  drift: z.object({ at: z.string(), differences: z.array(driftedFieldSchema) }).optional(),
  /** When `dispatcher` brings this application back, and why. */
  next: z.object({ at: z.string(), why: z.enum(['retry', 'health']), attempt: z.number().int() }).optional(),
  /** ISO 8601: of this write; since when the present artifact's rollout has been waited for; of the last healthy result. */
  at: z.string(),
  since: z.string().optional(),
  lastSuccess: z.string().optional(),
});
export type ApplicationState = z.output<typeof applicationStateSchema>;

/** How a cluster is reached, written by `source`, and what it serves, written by `reconciler`. */
export const clusterStateSchema = z.object({
  cluster: z.string(),
  endpoint: z.string(),
  /** PEM, base64 as EKS gives it. */
  certificateAuthority: z.string(),
  describedAt: z.string(),
  /** e.g. `1.36` and `apps/v1/Deployment`, as Helm's --kube-version and --api-versions take them. */
  version: z.string().optional(),
  apiVersions: z.array(z.string()).optional(),
});
export type ClusterState = z.output<typeof clusterStateSchema>;
