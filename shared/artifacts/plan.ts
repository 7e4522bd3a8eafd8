import { z } from 'zod';
import { problemSchema } from '../problem.ts';

const differenceSchema = z.object({ field: z.string(), from: z.string(), to: z.string() });

const place = { object: z.string(), file: z.string().optional(), line: z.number().optional() };

/** What a revision would do with one object. Objects that it would leave as they are, are only counted. */
const plannedObjectSchema = z.discriminatedUnion('action', [
  /** `unchecked`: why the API server could not be asked whether it would accept it. */
  z.object({ ...place, action: z.literal('create'), unchecked: z.string().optional() }),
  z.object({
    ...place,
    action: z.literal('change'),
    /** Of the fields that Git owns. Values are short, and a Secret's are masked. */
    differences: z.array(differenceSchema),
    /** How many more there are. */
    more: z.number().optional(),
    unchecked: z.string().optional(),
  }),
  /** It would be deleted and made anew, since these fields can't be changed. */
  z.object({ ...place, action: z.literal('replace'), fields: z.array(z.string()) }),
  /** A hook of Helm's: it is made, run, and perhaps deleted again. `event`: `pre-install`, `post-upgrade` and the like. */
  z.object({ ...place, action: z.literal('run'), event: z.string(), unchecked: z.string().optional() }),
  /** It is there and isn't this application's, so nothing is told of it but whose it is. `because` says what would become of it. */
  z.object({ ...place, action: z.literal('adopt'), owner: z.string(), because: z.string() }),
  /** `retryable`: what hinders it may pass by itself. */
  z.object({ ...place, action: z.literal('refuse'), message: z.string(), retryable: z.boolean() }),
  z.object({ ...place, action: z.literal('prune') }),
  /** Git no longer has it, and it stays in the cluster all the same. */
  z.object({ ...place, action: z.literal('keep'), because: z.string() }),
  /** It was not looked at. */
  z.object({ ...place, action: z.literal('unknown'), because: z.string() }),
]);
export type PlannedObject = z.output<typeof plannedObjectSchema>;

/**
 * What a revision would do to one application, asked of its cluster by dry runs. Nothing was changed. Immutable, under `keys.plan`.
 *
 * `outcome`: `planned`, object by object; `refused` or `held`, as a whole, for the reasons in `problems` (the objects are those that
 * could be looked at all the same); `failed`, no plan could be made, and `problems` says why.
 */
export const planSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  environment: z.string(),
  application: z.string(),
  /** Key of the release that was planned. */
  release: z.string(),
  /** Its commit SHA. Absent if the release could not be read. */
  revision: z.string().optional(),
  /** ISO 8601. */
  at: z.string(),
  /** The application is no longer part of the revision. */
  isRemoval: z.boolean(),
  outcome: z.enum(['planned', 'refused', 'held', 'failed']),
  problems: z.array(problemSchema),
  warnings: z.array(problemSchema),
  /** Objects that would stay as they are. */
  unchanged: z.number(),
  objects: z.array(plannedObjectSchema),
});
export type Plan = z.output<typeof planSchema>;
