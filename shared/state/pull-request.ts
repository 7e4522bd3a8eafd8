import { z } from 'zod';
import { planSchema } from '../artifacts/plan.ts';
import { problemSchema } from '../problem.ts';
import { pullRequestsKey } from './keys.ts';
import type { WriteResult } from './store.ts';

const outcomeSchema = planSchema.shape.outcome;

/**
 * Why there is no plan, or not all of it.
 *
 * `fork`: nobody who may write has agreed to it at this head; `conflict`: it can't be merged; `broken`: what would be merged can't be read;
 * `unanswered`: GitHub didn't say whether it can be merged; `overdue`: the cluster's answer didn't come.
 */
const refusalSchema = z.enum(['fork', 'conflict', 'broken', 'unanswered', 'overdue']);
export type Refusal = z.output<typeof refusalSchema>;

/** What was asked of the reconciler, and which answers are there. */
const askedSchema = z.object({
  /** Under which the plans are stored. */
  id: z.string(),
  /** Key of the release that was planned. */
  release: z.string(),
  applications: z.array(z.string()),
  /** How many more would change, beyond what one pull request may ask about. */
  left: z.number().int(),
  /** How many stay as they are. */
  unchanged: z.number().int(),
  /** ISO 8601. */
  at: z.string(),
  /** When those that had not come were asked for once more. */
  againAt: z.string().optional(),
  /** By application. */
  done: z.record(z.string(), outcomeSchema),
});

/**
 * A pull request to an environment's branch: what it would do is asked once for each pair of heads and what else it depends on.
 *
 * `rendering`: a look is at it; `waiting`: the next look goes on; `planning`: the cluster was asked, and it is over when every answer is
 * there; `refused`: no (whole) plan, for the reason in `refusal`; `closed`: merged, closed or a draft again, to be forgotten.
 */
export const pullRequestSchema = z.object({
  environment: z.string(),
  repository: z.string(),
  number: z.number().int().positive(),
  /** Of the look that began with this head: taken before it asked for the open pull requests, so a greater one knows better. */
  sequence: z.number().int().positive(),
  /** Commit SHAs: of the pull request, and of the branch that it is to be merged into. */
  head: z.string(),
  base: z.string(),
  /** Digest of what else the plan depends on. */
  basis: z.string(),
  phase: z.enum(['rendering', 'waiting', 'planning', 'refused', 'closed']),
  refusal: refusalSchema.optional(),
  /** What its authors have to mend. */
  problems: z.array(problemSchema),
  /** What a reviewer should know of it, and is no fault. */
  notes: z.array(problemSchema),
  asked: askedSchema.optional(),
  /** ISO 8601: since when these heads are looked at, and of this write. */
  since: z.string(),
  at: z.string(),
});
export type PullRequestState = z.output<typeof pullRequestSchema>;
type PlanOutcome = z.output<typeof outcomeSchema>;

/** Nothing more is to come of it: there is a plan, or the reason why there is none. */
export const isDecided = ({ phase, asked }: PullRequestState): boolean =>
  phase === 'refused' || (phase === 'planning' && asked !== undefined && unanswered(asked).length === 0);

/** The applications whose plans have not come yet. */
export const unanswered = ({ applications, done }: NonNullable<PullRequestState['asked']>): string[] =>
  applications.filter((name) => !Object.hasOwn(done, name));

export type PullRequestPlace = Pick<PullRequestState, 'environment' | 'number' | 'sequence'>;
type PlanDone = { environment: string; number: number; id: string; application: string; outcome: PlanOutcome };

/** `source` writes them, `reconciler` notes which plans are there, `reporter` reads. */
export type PullRequestStore = {
  listPullRequests(environment: string): Promise<PullRequestState[]>;
  readPullRequest(environment: string, number: number): Promise<PullRequestState | undefined>;
  /** Writes over a smaller or equal sequence. A plan that was noted since it was read is forgotten by it. */
  writePullRequest(state: PullRequestState): Promise<WriteResult>;
  /** Notes that a plan is there, if it is still the one that is asked for. */
  notePlan(done: PlanDone): Promise<WriteResult>;
  /** Forgets it if the sequence is still the same. */
  deletePullRequest(place: PullRequestPlace): Promise<WriteResult>;
};

/** Where it stands in the state table. */
export const pullRequestKey = (environment: string, number: number) => ({
  pk: pullRequestsKey(environment),
  sk: String(number),
});
