import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { nameSchema, pathSchema } from './names.ts';

/** `environment.yaml`: what is deployed and how, within the limits of `deployer.yaml`. It stands in the environment's folder in Git. */
const semver = z.strictObject({
  semver: z.strictObject({
    /** A range as Masterminds/semver reads it, e.g. `>=1.0.0 <2.0.0` or `1.x`. */
    range: z.string().min(1),
  }),
});

const image = z.strictObject({
  /** The image's repository without tag, e.g. `123456789012.dkr.ecr.eu-west-1.amazonaws.com/example-application`. */
  repository: z.string().min(1),
  policy: semver,
  suspend: z.boolean().default(false),
});

/** What may be said for the whole environment and again, closer, for one application. */
const settings = {
  /** The namespace of objects that name none. Default: the first one of `deployer.yaml`. */
  namespace: nameSchema.optional(),
  /** Delete owned objects that Git no longer has. */
  prune: z.boolean().optional(),
  /** What is done about a live object that differs: put it back, only report it, or neither. */
  drift: z.enum(['correct', 'report', 'ignore']).optional(),
  /** A field that another field manager owns: take it over, leave it to the other, or fail and say so. */
  conflicts: z.enum(['force', 'yield', 'fail']).optional(),
  /** How long a rollout may take before it counts as failed. */
  timeout: durationSchema.optional(),
  suspend: z.boolean().optional(),
};

const application = z.strictObject({
  path: pathSchema,
  ...settings,
  /** Helm value files, relative to the application's folder, in order. */
  values: z.array(pathSchema).default([]),
  /** Helm's release name. Default: the application's name. */
  releaseName: nameSchema.optional(),
});

export const environmentSchema = z.strictObject({
  /** Applications by name. Default: every folder under `applications/`, or else the whole folder as one. */
  applications: z.record(nameSchema, application).optional(),
  images: z.array(image).default([]),
  ...settings,
});

export type Environment = z.output<typeof environmentSchema>;
export type EnvironmentApplication = z.output<typeof application>;
export type ImageRule = z.output<typeof image>;
export type ImagePolicy = ImageRule['policy'];
