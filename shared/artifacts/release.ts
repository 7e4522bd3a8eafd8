import { z } from 'zod';
import { conflictPolicySchema, driftPolicySchema, objectRuleSchema } from '../config/object-rule.ts';
import { newNamespacesSchema } from '../kubernetes/new-namespaces.ts';
import { podSecurityLevels } from '../kubernetes/pod-security/level.ts';
import { problemSchema } from '../problem.ts';

/** How one application is applied: `environment.yaml` merged with `deployer.yaml`'s limits, so that `reconciler` needs neither. */
const applySettingsSchema = z.object({
  cluster: z.string(),
  /** Of objects that name none. */
  namespace: z.string(),
  allowedNamespaces: z.array(z.string()),
  allowedClusterKinds: z.array(z.string()),
  secrets: z.enum(['refuse', 'warn', 'allow']),
  /** Whether the last lines of a crashing container may be told. Default: hide. */
  podLogs: z.enum(['hide', 'show']).optional(),
  /** What its pods may ask of their nodes. Default: baseline. */
  podSecurity: z.enum(podSecurityLevels).optional(),
  /** Namespaces that it may make itself. Default: none. */
  newNamespaces: newNamespacesSchema.optional(),
  prune: z.boolean(),
  /** How many percent of its objects one revision may delete. Default: 50. */
  pruneLimit: z.number().optional(),
  drift: driftPolicySchema,
  conflicts: conflictPolicySchema,
  /** For some of its objects; a later one wins. */
  rules: z.array(objectRuleSchema).default([]),
  /** Tools whose objects it may take over. */
  adopt: z.array(z.enum(['helm', 'flux', 'argocd'])).default([]),
  /** Applications that must be healthy at this revision before this one is applied. */
  dependsOn: z.array(z.string()).default([]),
  timeoutSeconds: z.number(),
  suspend: z.boolean(),
});
export type ApplySettings = z.output<typeof applySettingsSchema>;

const entrySchema = z.object({
  /** Folder in the repository. */
  path: z.string(),
  /** What the artifact was made of (files, settings, cluster version): the same inputs are not rendered again. */
  inputs: z.string(),
  /** Inputs whose rendering failed in a way that may pass by itself: `inputs` is empty then. */
  failing: z.string().optional(),
  /** The newest rendering that succeeded. Absent if none ever did. */
  artifact: z.object({ digest: z.string(), objects: z.number(), revision: z.string() }).optional(),
  /** Why this revision's rendering failed. The artifact is then the last good one. */
  problems: z.array(problemSchema),
  /** What its authors should know of it although it could be rendered. */
  warnings: z.array(problemSchema).default([]),
  settings: applySettingsSchema,
  /** What images of the artifact were built from, where the commits that pin them tell it: page of the repository, and its revision. */
  sources: z.array(z.object({ pin: z.string(), repository: z.string(), revision: z.string() })).optional(),
});
export type ReleaseEntry = z.output<typeof entrySchema>;

/** The applications of an environment at one revision. Immutable, named by its digest. */
export const releaseSchema = z.object({
  environment: z.string(),
  revision: z.string(),
  applications: z.record(z.string(), entrySchema),
});
export type Release = z.output<typeof releaseSchema>;
