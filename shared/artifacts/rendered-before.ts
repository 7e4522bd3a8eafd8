import { z } from 'zod';
import { problemSchema } from '../problem.ts';

/** What came of a rendering, to be remembered for the next time. */
export const renderedBeforeSchema = z.object({
  artifact: z.object({ digest: z.string(), objects: z.number() }).optional(),
  problems: z.array(problemSchema),
  warnings: z.array(problemSchema),
  again: z.boolean(),
});
export type RenderedBefore = z.output<typeof renderedBeforeSchema>;
