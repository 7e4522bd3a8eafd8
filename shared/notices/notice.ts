import { z } from 'zod';
import { severities } from '../config/receivers.ts';
import { problemSchema } from '../problem.ts';

/**
 * One thing that people, or programs of theirs, are told. It is the body of a webhook and the detail of the EventBridge event `plumbline.reconciliation`.
 *
 * `broken`: it works no longer. `changed`: still not, at another revision, for another reason. `reminder`: still the same. `mended`: it works again.
 * `drifted`: somebody changed it by hand. `deployed`: a revision is applied and healthy.
 */
export const noticeSchema = z.object({
  version: z.literal(1),
  /** The same for the same news, however often it is sent. */
  id: z.string(),
  /** ISO 8601. */
  at: z.string(),
  kind: z.enum(['broken', 'changed', 'reminder', 'mended', 'drifted', 'deployed']),
  severity: z.enum(severities),
  environment: z.string(),
  /** Absent where it is about the environment as a whole. */
  application: z.string().optional(),
  /** In a few words: `staging/web failed`. */
  title: z.string(),
  repository: z.string(),
  /** Commit SHA; empty if the branch has none. */
  revision: z.string(),
  /** Of the revision's commit, as GitHub names them; absent if it isn't known. */
  author: z.string().optional(),
  /** ISO 8601: since when it is broken, or how long it was. */
  since: z.string().optional(),
  /** What is wrong, or what was changed by hand. Values of Secrets are masked. */
  problems: z.array(problemSchema),
  /** How many more problems there are. */
  more: z.number().int().nonnegative(),
  /** What runs all the same. */
  running: z.array(z.object({ application: z.string(), phase: z.string(), revision: z.string() })),
  next: z.object({ text: z.string(), command: z.string().optional(), link: z.string().optional() }).optional(),
});
export type Notice = z.output<typeof noticeSchema>;
