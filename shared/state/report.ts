import { z } from 'zod';
import { noticeSchema } from '../notices/notice.ts';

const statusSchema = z.object({ state: z.enum(['pending', 'success', 'failure', 'error']), description: z.string() });

/** Something that somebody was told is broken. Dates are ISO 8601. */
const breakageSchema = z.object({
  since: z.string(),
  /** When it was told last. */
  told: z.string(),
  /** Commit SHA, and digest of the problems, when it was told last. */
  revision: z.string(),
  problems: z.string(),
});
export type Breakage = z.output<typeof breakageSchema>;

/** `id` is 0 where GitHub refused to make it. `superseded`: ids of older ones that are not ended yet. */
const deploymentSchema = z.object({
  id: z.number(),
  revision: z.string(),
  state: z.string(),
  description: z.string(),
  superseded: z.array(z.number()),
});

/**
 * What `reporter` has told of an environment, so that it tells nothing twice. Nobody else reads it but `dispatcher`, which looks at `next`.
 * It has a partition of its own: the state's stream need not tell the reporter what the reporter wrote.
 */
export const reportSchema = z.object({
  environment: z.string(),
  /** Fences as that of an application's state does. */
  version: z.number().int().nonnegative(),
  /** What stands on the newest revision's commit and on those that its images were built from, by repository, commit and context. */
  statuses: z.record(z.string(), statusSchema),
  /** The newest of GitHub's Deployments, and what was said of it. */
  deployment: deploymentSchema.optional(),
  /** By application, or by what else can break (see `functions/reporter/breakages.ts`). */
  broken: z.record(z.string(), breakageSchema),
  /** Digest of what was changed by hand and told, by application. */
  drifted: z.record(z.string(), z.string()),
  /** The newest revision of which was told that it is applied and healthy, and since when it is. */
  deployed: z.object({ revision: z.string(), at: z.string() }).optional(),
  /** What was decided to be told and could not be delivered yet, by recipient. */
  outbox: z.array(z.object({ to: z.string(), notice: noticeSchema })),
  /** When `dispatcher` calls the reporter again, ISO 8601: something could not be told, or is to be told again. `attempt` counts tries in a row. */
  next: z.object({ at: z.string(), attempt: z.number().int().nonnegative() }).optional(),
});
export type Report = z.output<typeof reportSchema>;

/** Of an environment of which nothing was told yet. */
export const nothingReported = (environment: string): Report => ({
  environment,
  version: 0,
  statuses: {},
  broken: {},
  drifted: {},
  outbox: [],
});

/** What can break beside an application has a name that begins so, which an application's can't. */
const notAnApplication = '*';
export const wholeEnvironment = notAnApplication;
export const named = (what: string) => `${notAnApplication}${what}`;
export const isApplication = (what: string) => !what.startsWith(notAnApplication);

/** Whether something of what is deployed is broken: that somebody can't be told of it doesn't count. */
export const isBroken = ({ broken }: Report): boolean =>
  Object.keys(broken).some((what) => isApplication(what) || what === wholeEnvironment);

/** What an installation wrote to GitHub in the last hour: seconds since 1970, ascending. `version` fences. */
export const spentBudgetSchema = z.object({
  /** The account that the App is installed on, in lower case. */
  owner: z.string(),
  version: z.number().int().nonnegative(),
  writes: z.array(z.number()),
});
export type SpentBudget = z.output<typeof spentBudgetSchema>;
