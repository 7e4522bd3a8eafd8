import { z } from 'zod';
import { problemSchema } from '../problem.ts';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What `renderer` answers. It handles untrusted content, so `source` reads its answer as untrusted too. */
export const renderResultSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('rendered'),
    digest,
    objects: z.number().int().nonnegative(),
    warnings: z.array(problemSchema),
  }),
  z.object({ outcome: z.literal('failed'), problems: z.array(problemSchema).min(1) }),
]);

export type RenderResult = z.output<typeof renderResultSchema>;
