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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
