import { z } from 'zod';
import { parseEcrRepository } from '../images/reference.ts';
import { parseRange } from '../images/semver-range.ts';
import { durationSchema } from './duration.ts';
import { nameSchema, pathSchema } from './names.ts';

const isRange = (text: string) => parseRange(text) !== undefined;
const isEcrRepository = (text: string) => parseEcrRepository(text) !== undefined;

const policy = z
  .strictObject({
    semver: z
      .strictObject({
        range: z
          .string()
          .min(1)
          .refine(isRange, 'must be a version range such as ">=1.0.0 <2.0.0", "1.x" or "^1.2.0"')
          .describe('A range as Masterminds/semver reads it, e.g. `>=1.0.0 <2.0.0` or `1.x`.'),
      })
      .describe('The greatest version in a range.'),
  })
  .describe('Which version is wanted.');

const image = z.strictObject({
  repository: z
    .string()
    .min(1)
    .refine(isEcrRepository, 'must be an ECR repository as ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME, without a tag')
    .describe('Without tag, e.g. `123456789012.dkr.ecr.eu-west-1.amazonaws.com/example-application`.'),
  policy,
  suspend: z.boolean().default(false).describe('Leave this image alone.'),
});

/** What may be said for the whole environment and again, closer, for one application. */
const settings = {
  namespace: nameSchema.optional().describe('Of objects that name none. Default: the first one of `deployer.yaml`.'),
  prune: z.boolean().optional().describe('Delete owned objects that Git no longer has. Default: true.'),
  pruneLimit: z
    .number()
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe(
      'How many percent of its objects one revision may delete. A revision that would delete more, and at least five, is held until this is raised. Default: 50.',
    ),
  drift: z
    .enum(['correct', 'report', 'ignore'])
    .optional()
    .describe(
      'What is done about a live object that differs: put it back, only report it, or neither. Default: correct.',
    ),
  conflicts: z
    .enum(['force', 'yield', 'fail'])
    .optional()
    .describe('A field that another field manager owns: take it over, leave it, or fail and say so. Default: fail.'),
  timeout: durationSchema
    .optional()
    .describe('How long a rollout may take before it counts as failed. Default: 5 minutes.'),
  suspend: z.boolean().optional().describe('Apply nothing until this is taken away. Default: false.'),
};

const application = z.strictObject({
  path: pathSchema.describe("The application's folder, relative to this file."),
  ...settings,
  values: z.array(pathSchema).default([]).describe("Helm value files, relative to the application's folder, in order."),
  releaseName: nameSchema.optional().describe("Helm's release name. Default: the application's name."),
});

/** `environment.yaml`: what is deployed and how, within the limits of `deployer.yaml`. It stands in the environment's folder in Git. */
export const environmentSchema = z.strictObject({
  applications: z
    .record(nameSchema, application)
    .optional()
    .describe('By name. Default: every folder under `applications/`, or else the whole folder as one application.'),
  images: z.array(image).default([]).superRefine(checkOneRuleEach).describe('The images that are kept up to date.'),
  ...settings,
});

function checkOneRuleEach(rules: { repository: string }[], context: z.RefinementCtx): void {
  const repositories = rules.map(({ repository }) => repository);
  for (const [index, repository] of repositories.entries())
    if (repositories.indexOf(repository) !== index)
      context.addIssue({ code: 'custom', path: [index, 'repository'], message: 'must have one rule only' });
}

export type Environment = z.output<typeof environmentSchema>;
export type EnvironmentApplication = z.output<typeof application>;
export type ImageRule = z.output<typeof image>;
export type ImagePolicy = ImageRule['policy'];
