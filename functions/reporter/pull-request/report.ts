import type { ObjectStore } from '../../../shared/artifacts/store.ts';
import type { Check, PullRequestVoice } from '../../../shared/git/pull-request-ports.ts';
import type { Log } from '../../../shared/lambda/sqs-batch.ts';
import { isDecided, type PullRequestState, type PullRequestStore } from '../../../shared/state/pull-request.ts';
import { type Composed, cancelledCheck, compose, markerOf, pendingCheck } from './compose.ts';
import { readPlans } from './view.ts';

export type PullRequestPorts = {
  pullRequests: Pick<PullRequestStore, 'readPullRequest'>;
  objects: Pick<ObjectStore, 'get'>;
  git: PullRequestVoice;
  log: Log;
};

/**
 * Tells a pull request how it stands now: by a check from the moment at which it is looked at, and by a comment once it is decided. What
 * stands there already is the memory: what it says is not said again.
 *
 * What GitHub doesn't take is logged, and told again when `source` has looked at the pull request another time: the news of others isn't kept
 * waiting for it.
 */
export async function reportPullRequest(environment: string, number: number, ports: PullRequestPorts): Promise<void> {
  const state = await ports.pullRequests.readPullRequest(environment, number);
  if (state === undefined) return;
  const logged = (error: unknown) => tellLog(state, error, ports);
  if (state.phase === 'closed') return endCheck(state, ports).catch(logged);
  if (!isDecided(state)) return beginCheck(state, ports).catch(logged);
  const composed = compose({ state, plans: await readPlans(state, ports.objects) });
  // Who may do the one may lack the right for the other.
  const url = await setCheck(state, composed.check, ports).catch((error) => void logged(error));
  await setComment(state, composed, url ?? undefined, ports).catch(logged);
}

const tellLog = ({ environment, number }: PullRequestState, error: unknown, { log }: PullRequestPorts) =>
  log.error('a pull request could not be told how it stands', { environment, number, error });

const nameOf = ({ environment }: PullRequestState) => `plumbline/${environment}`;

/** Plans that come one by one change nothing of it. */
async function beginCheck(state: PullRequestState, { git }: PullRequestPorts): Promise<void> {
  if (Object.keys(state.asked?.done ?? {}).length > 0) return;
  const { repository, head } = state;
  if ((await git.check(repository, head, nameOf(state))) === undefined)
    await git.addCheck(repository, head, { ...pendingCheck, name: nameOf(state) });
}

async function endCheck(state: PullRequestState, { git }: PullRequestPorts): Promise<void> {
  const { repository, head } = state;
  const standing = await git.check(repository, head, nameOf(state));
  if (standing?.isOver === false) await git.changeCheck(repository, standing.id, cancelledCheck);
}

/** Returns the check's page. */
async function setCheck(state: PullRequestState, check: Check, { git }: PullRequestPorts): Promise<string> {
  const { repository, head } = state;
  const standing = await git.check(repository, head, nameOf(state));
  if (standing?.digest === check.digest) return standing.url;
  if (standing === undefined || standing.isOver)
    return git.addCheck(repository, head, { ...check, name: nameOf(state) });
  await git.changeCheck(repository, standing.id, check);
  return standing.url;
}

/** A pull request that changes nothing here is not told so, unless it was told something else before. */
async function setComment(
  { environment, repository, number }: PullRequestState,
  { comment, isWorthAComment }: Composed,
  checkUrl: string | undefined,
  { git }: PullRequestPorts,
): Promise<void> {
  const standing = await git.comment(repository, number, markerOf(environment));
  const body = comment(checkUrl);
  if (standing === undefined) return isWorthAComment ? git.addComment(repository, number, body) : undefined;
  if (standing.body.trim() !== body.trim()) await git.changeComment(repository, standing.id, body);
}
