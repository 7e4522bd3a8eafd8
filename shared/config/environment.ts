import { z } from 'zod';
import { chartSchema } from './chart.ts';
import { durationSchema } from './duration.ts';
import { imageRuleSchema } from './image-rule.ts';
import { folderPatternSchema, nameSchema, pathSchema, referenceSchema } from './names.ts';
import { conflictPolicySchema, driftPolicySchema, objectRuleSchema } from './object-rule.ts';

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
  drift: driftPolicySchema
    .optional()
    .describe(
      'What is done about a live object that differs: put it back, only report it, or neither. Default: correct.',
    ),
  conflicts: conflictPolicySchema
    .optional()
    .describe('A field that another field manager owns: take it over, leave it, or fail and say so. Default: fail.'),
  rules: z
    .array(objectRuleSchema)
    .optional()
    .describe(
      "Closer settings for some objects; a later rule wins. An application's stand behind the environment's. Annotations on an object win over them.",
    ),
  adopt: z
    .array(z.enum(['helm', 'flux', 'argocd']))
    .optional()
    .describe('Tools whose objects may be taken over, once they no longer run. Default: none.'),
  timeout: durationSchema
    .optional()
    .describe('How long a rollout may take before it counts as failed. Default: 5 minutes.'),
  suspend: z.boolean().optional().describe('Apply nothing until this is taken away. Default: false.'),
};

const variables = z.strictObject({
  values: z
    .record(
      z.string().regex(/^[_A-Za-z][_A-Za-z0-9]*$/, 'must be the name of a variable: letters, digits and "_"'),
      z.string(),
    )
    .default({})
    .describe('What a variable stands for, by its name. Text: quote numbers.'),
  from: z
    .array(referenceSchema)
    .default([])
    .describe(
      'Files with ConfigMaps, relative to this file, whose `data` are variables. A later file wins; `values` win over files.',
    ),
});

const application = z
  .strictObject({
    path: pathSchema
      .optional()
      .describe(
        "The application's folder, relative to this file. With `chart` it is only where `values` are relative to; default then: this file's folder.",
      ),
    chart: chartSchema.optional().describe('A chart from a chart repository, instead of what the folder holds.'),
    ...settings,
    values: z
      .array(referenceSchema)
      .default([])
      .describe(
        "Helm value files, relative to the application's folder, in order; they may lie anywhere in the repository.",
      ),
    releaseName: nameSchema.optional().describe("Helm's release name. Default: the application's name."),
    kustomize: referenceSchema
      .optional()
      .describe(
        "Folder, relative to the application's, whose kustomization is built over what the chart gives: its output is the first of `resources`.",
      ),
    variables: variables
      .optional()
      .describe(
        "Substitute `${NAME}` in this application's manifests. `{}` takes the environment's variables only; without it nothing is substituted.",
      ),
    dependsOn: z
      .array(nameSchema)
      .default([])
      .describe(
        'Applications of this environment that must be healthy at the same revision before this one is applied.',
      ),
  })
  .superRefine(({ path, chart }, context) => {
    if (path === undefined && chart === undefined)
      context.addIssue({
        code: 'custom',
        path: ['path'],
        message: 'is required (a folder), unless there is a "chart"',
      });
  });

/** `environment.yaml`: what is deployed and how, within the limits of `deployer.yaml`. It stands in the environment's folder in Git. */
export const environmentSchema = z.strictObject({
  applications: z
    .record(nameSchema, application)
    .optional()
    .describe(
      'By name. Default, without `folders`: every folder under `applications/`, or else the whole folder as one application.',
    ),
  folders: z
    .array(folderPatternSchema)
    .min(1, 'must name at least one pattern')
    .optional()
    .describe(
      'Patterns of folders, relative to this file: each folder that matches is an application, named after its last part. `*` stands for any part of one name (`teams/*/services/*`). An entry of `applications` with the same `path` configures or renames it.',
    ),
  variables: variables
    .optional()
    .describe("For every application that has `variables` itself; the application's own win over these."),
  images: z
    .array(imageRuleSchema)
    .default([])
    .superRefine(checkOneRuleEach)
    .describe('The images that are kept up to date.'),
  ...settings,
});

function checkOneRuleEach(rules: { repository: string; name?: string | undefined }[], context: z.RefinementCtx): void {
  for (const [index, { repository, name }] of rules.entries()) {
    const before = rules.slice(0, index);
    if (before.some((rule) => rule.repository === repository))
      context.addIssue({ code: 'custom', path: [index, 'repository'], message: 'must have one rule only' });
    if (name !== undefined && before.some((rule) => rule.name === name))
      context.addIssue({ code: 'custom', path: [index, 'name'], message: 'must be the name of one rule only' });
  }
}

export type Environment = z.output<typeof environmentSchema>;
export type EnvironmentApplication = z.output<typeof application>;
export type ImageRule = Environment['images'][number];
export type ImagePolicy = ImageRule['policy'];
