import { z } from 'zod';
import type { GitChange } from '../../shared/events/messages.ts';
import { gitChangeSchema } from '../../shared/events/messages.ts';

/** The fields used of GitHub's push event. @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
const pushSchema = z.object({ ref: z.string(), after: z.string(), repository: z.object({ full_name: z.string() }) });
const changeSchema = gitChangeSchema.pick({ repository: true, branch: true, announced: true });

const branchPrefix = 'refs/heads/';

/** @returns undefined where the body isn't a push event; a tag's push has a branch that no environment has */
export function readPush(body: string): Pick<GitChange, 'repository' | 'branch' | 'announced'> | undefined {
  const push = pushSchema.safeParse(parseJson(body)).data;
  if (push === undefined) return undefined;
  const branch = push.ref.startsWith(branchPrefix) ? push.ref.slice(branchPrefix.length) : push.ref;
  return changeSchema.safeParse({ repository: push.repository.full_name, branch, announced: push.after }).data;
}

/** The fields used of a pull request's events, and of its reviews'. @see https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
const pullRequestSchema = z.object({
  action: z.string(),
  pull_request: z.object({ base: z.object({ ref: z.string() }) }),
  repository: z.object({ full_name: z.string() }),
});

/** After these its plan may be another: what is merged where, whether it may be planned, whether anybody waits for it. */
const planned = {
  pull_request: ['opened', 'reopened', 'synchronize', 'edited', 'ready_for_review', 'converted_to_draft', 'closed'],
  pull_request_review: ['submitted', 'dismissed', 'edited'],
};

/**
 * The branch that a pull request is to be merged into. That it was merged is told by a push, too; both ask for the same look.
 *
 * @returns undefined where the body isn't such an event, `unused` where nothing follows from it
 */
export function readPullRequest(
  body: string,
  event: keyof typeof planned,
): Pick<GitChange, 'repository' | 'branch'> | 'unused' | undefined {
  const found = pullRequestSchema.safeParse(parseJson(body)).data;
  if (found === undefined) return undefined;
  if (!planned[event].includes(found.action)) return 'unused';
  const change = { repository: found.repository.full_name, branch: found.pull_request.base.ref };
  return changeSchema.safeParse(change).data;
}

export const isOfPullRequest = (event: string | undefined): event is keyof typeof planned =>
  event !== undefined && Object.hasOwn(planned, event);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
