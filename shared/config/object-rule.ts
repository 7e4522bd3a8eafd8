import { z } from 'zod';

export const driftPolicySchema = z.enum(['correct', 'report', 'ignore']);
export const conflictPolicySchema = z.enum(['force', 'yield', 'fail']);

const pattern = z.string().min(1).max(253);

const ignored = z.strictObject({
  fields: z
    .array(z.string().regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON Pointer, e.g. "/spec/replicas"'))
    .default([])
    .describe('JSON Pointers (RFC 6901); `*` as a part stands for every item of a list or key of a map.'),
  managers: z
    .array(pattern)
    .default([])
    .describe('Field managers whose fields are left to them; `*` stands for any part of the name.'),
});

/** Settings for some of the objects of an application. */
export const objectRuleSchema = z.strictObject({
  kind: pattern
    .optional()
    .describe('`Kind`, or `Kind.group` for other than built-in groups. Default: every kind. `*` stands for any part.'),
  name: pattern.optional().describe('Default: every name. `*` stands for any part.'),
  namespace: pattern.optional().describe('Default: every namespace. `*` stands for any part.'),
  drift: driftPolicySchema.optional(),
  conflicts: conflictPolicySchema.optional(),
  ignore: ignored
    .optional()
    .describe(
      'What Git says and others may change. It is sent until somebody else owns it, so it never falls to its default.',
    ),
});
export type ObjectRule = z.output<typeof objectRuleSchema>;
