import { z } from 'zod';
import { compilePattern, type TagFilter, unknownGroups } from '../images/pattern.ts';
import { parseCalverFormat } from '../images/policies/calver.ts';
import { isTag, parseEcrRepository } from '../images/reference.ts';
import { parseRange } from '../images/semver-range.ts';
import { durationSchema } from './duration.ts';
import { pathSchema } from './names.ts';

const isEcrRepository = (text: string) => parseEcrRepository(text) !== undefined;

const pattern = z
  .string()
  .min(1)
  .refine(
    (text) => compilePattern(text) !== undefined,
    'must be a regular expression of RE2 of at most 512 characters, without look-around and back references',
  );

const filter = z
  .strictObject({
    pattern: pattern.describe(
      'Regular expression (RE2) that is looked for in the tag, e.g. `^main-[0-9a-f]+-(?P<ts>[0-9]+)$`.',
    ),
    extract: z
      .string()
      .min(1)
      .optional()
      .describe('What of a tag is compared, made of the groups of the pattern: `$ts`. Default: the whole tag.'),
  })
  .superRefine(checkGroups)
  .describe(
    'Which tags count, and what of them is compared. It may also stand within numerical, alphabetical and newestPushed.',
  );

function checkGroups(filter: TagFilter, context: z.RefinementCtx): void {
  const [unknown] = unknownGroups(filter);
  if (unknown !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['extract'],
      message: `names the group "${unknown}", which the pattern doesn't have`,
    });
}

const order = z
  .enum(['asc', 'desc'])
  .default('asc')
  .describe('`asc` chooses the last one in order, `desc` the first one.');

const kinds = {
  semver: z
    .strictObject({
      range: z
        .string()
        .min(1)
        .refine(
          (text) => parseRange(text) !== undefined,
          'must be a version range such as ">=1.0.0 <2.0.0", "1.x" or "^1.2.0"',
        )
        .describe('A range as Masterminds/semver reads it, e.g. `>=1.0.0 <2.0.0` or `1.x`.'),
    })
    .optional()
    .describe('The greatest version in a range.'),
  numerical: z
    .strictObject({ order, filter: filter.optional().describe('As `filter` beside the kind.') })
    .optional()
    .describe('The greatest or smallest number.'),
  alphabetical: z
    .strictObject({ order, filter: filter.optional().describe('As `filter` beside the kind.') })
    .optional()
    .describe('The last or first one in the order of the characters.'),
  calver: z
    .strictObject({
      format: z
        .string()
        .max(100)
        .refine(
          (text) => parseCalverFormat(text) !== undefined,
          'must be made of YYYY, YY, 0Y, MM, 0M, WW, 0W, DD, 0D, MAJOR, MINOR, MICRO and MODIFIER, each at most once, such as "YYYY.0M.MICRO"',
        )
        .describe('In the words of calver.org, e.g. `YYYY.0M.MICRO` or `YYYY.MM.DD-MODIFIER`.'),
    })
    .optional()
    .describe('The newest release by date and number.'),
  newestPushed: z
    .strictObject({ filter: filter.optional().describe('As `filter` beside the kind.') })
    .optional()
    .describe('The image that was pushed last.'),
  digest: z
    .strictObject({
      tag: z
        .string()
        .refine(isTag, 'must be a tag, such as "latest"')
        .describe('The tag that is followed, e.g. `latest`.'),
    })
    .optional()
    .describe('Follow one mutable tag: each push of it moves the digest.'),
};

const kindNames = Object.keys(kinds) as (keyof typeof kinds)[];

const policy = z.strictObject({
  ...kinds,
  filter: filter.optional(),
  allow: z.array(pattern).min(1).optional().describe('Only tags in which one of these (RE2) is found.'),
  ignore: z
    .array(pattern)
    .optional()
    .describe('No tag in which one of these (RE2) is found. Signatures, SBOMs and attestations are always ignored.'),
  platforms: z
    .array(
      z
        .string()
        .regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, 'must be a platform such as "linux/amd64" or "linux/arm64/v8"'),
    )
    .min(1)
    .optional()
    .describe('What a manifest list must have, all of it, before its version counts, e.g. `linux/amd64`.'),
  after: durationSchema.optional().describe('How long ago a version must have been pushed before it counts.'),
  mutableTags: z
    .boolean()
    .optional()
    .describe('A tag that is pushed again moves the pinned digest. Default: false; `digest` always does so.'),
});

function checkKind(given: z.output<typeof policy>, context: z.RefinementCtx): void {
  const { filter, digest, numerical, alphabetical, newestPushed } = given;
  if (kindNames.filter((name) => given[name] !== undefined).length !== 1)
    context.addIssue({ code: 'custom', message: `must have exactly one of ${kindNames.join(', ')}` });
  const inside = (numerical ?? alphabetical ?? newestPushed)?.filter;
  if (filter === undefined || (inside === undefined && digest === undefined)) return;
  const message = digest === undefined ? 'stands within the kind already' : "doesn't go with digest";
  context.addIssue({ code: 'custom', path: ['filter'], message });
}

export const policySchema = policy
  .superRefine(checkKind)
  .describe('Which version is wanted: one kind of policy, and what limits it.');

const valuesPath = z.strictObject({
  file: pathSchema.describe("The value file, relative to this file's folder."),
  path: z
    .string()
    .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'must be keys joined by dots, such as "web.image"')
    .default('image')
    .describe('The keys to the image, joined by dots.'),
});

export const imageRuleSchema = z.strictObject({
  repository: z
    .string()
    .min(1)
    .refine(isEcrRepository, 'must be an ECR repository as ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME, without a tag')
    .describe('Without tag, e.g. `123456789012.dkr.ecr.eu-west-1.amazonaws.com/example-application`.'),
  name: z
    .string()
    .regex(/^[a-z0-9.-]+(:[a-z0-9.-]+)?$/, 'must be a name such as "podinfo" or "flux-system:podinfo"')
    .optional()
    .describe('By which markers mean this rule. A marker of Flux means it by `namespace:name` or by its name alone.'),
  policy: policySchema,
  helmValues: z
    .array(valuesPath)
    .default([])
    .describe(
      'Where the image stands in Helm value files, as a map of `repository`, `tag` and `digest`, or as one value.',
    ),
  hold: z
    .boolean()
    .default(true)
    .describe(
      'Hold a version that a person took back until there is a newer one; false writes it again. Default: true.',
    ),
  suspend: z.boolean().default(false).describe('Leave this image alone.'),
});
