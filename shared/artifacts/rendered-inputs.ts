import { z } from 'zod';
import { problemSchema } from '../problem.ts';

/** What the same inputs were rendered to before, stored under their digest. */
export const renderedInputsSchema = z.object({
  artifact: z.object({ digest: z.string(), objects: z.number() }),
  warnings: z.array(problemSchema),
});
export type RenderedInputs = z.output<typeof renderedInputsSchema>;
