import { digestOf } from '../../../shared/artifacts/digest.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import { isRetryable, problemsOf } from '../../../shared/errors.ts';
import type { OpenPullRequest } from '../../../shared/git/pull-request-ports.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { PullRequestState } from '../../../shared/state/pull-request.ts';
import type { SourcePorts } from '../ports.ts';
import { askForPlans } from './ask.ts';
import { compareReleases } from './compare.ts';
import type { Step } from './decide.ts';
import type { Look } from './look.ts';
import { renderPullRequest } from './render.ts';

type Input = {
  pull: OpenPullRequest;
  known: PullRequestState | undefined;
  step: Step & { do: 'begin' };
  look: Look;
};

/** GitHub tries a merge when it is asked about it, and needs a moment for it. */
const waitsInMilliseconds = [500, 1500, 4000];
/** After so long it is a result that GitHub doesn't say. */
const unansweredMilliseconds = 20 * 60_000;
const longest = { problems: 100, notes: 50, message: 2000 };

/**
 * Plans one pull request: what merging it would give is rendered, kept as a release beside the branch's own, and the cluster is asked about
 * every application that would change. Nothing of it is ever deployed: after the merge the branch's head is rendered anew.
 *
 * @returns whether it was rendered, or tried
 */
export async function planPullRequest(input: Input, ports: SourcePorts): Promise<boolean> {
  const { pull, known, look } = input;
  const { repository } = look.environment;
  const isAllowed = !pull.isFork || (await ports.git.isAgreedTo(repository, pull));
  if (!isAllowed && known?.refusal === 'fork' && known.head === pull.head && known.base === look.base) return false;
  const begun = beginning(input, ports);
  if (!isAllowed) {
    await write({ ...begun, phase: 'refused', refusal: 'fork' }, ports);
    return false;
  }
  if (!(await write(begun, ports))) return false;
  try {
    const planned = await carryOut(begun, input, ports);
    const isWritten = await write(planned, ports);
    if (isWritten && planned.phase === 'planning') await askForPlans(planned, look.environment.cluster, 'first', ports);
  } catch (error) {
    await write(failed(begun, error), ports);
    ports.log.warn('pull request could not be planned', { environment: look.name, number: pull.number, error });
  }
  return true;
}

function beginning({ pull, step, look }: Input, { clock }: SourcePorts): PullRequestState {
  return {
    environment: look.name,
    repository: look.environment.repository,
    number: pull.number,
    sequence: look.sequence,
    head: pull.head,
    base: look.base,
    basis: look.basis,
    phase: 'rendering',
    problems: [],
    notes: [],
    since: step.since.toISOString(),
    at: clock.now().toISOString(),
  };
}

/** What may pass is left to the next look; what has to be mended is told. */
const failed = (begun: PullRequestState, error: unknown): PullRequestState =>
  isRetryable(error)
    ? { ...begun, phase: 'waiting' }
    : { ...begun, phase: 'refused', refusal: 'broken', problems: [...problemsOf(error)] };

async function carryOut(begun: PullRequestState, input: Input, ports: SourcePorts): Promise<PullRequestState> {
  const merge = await askForMerge(begun, ports);
  if (merge.outcome === 'conflict') return { ...begun, phase: 'refused', refusal: 'conflict' };
  if (merge.outcome === 'unknown')
    return ports.clock.now().getTime() - new Date(begun.since).getTime() > unansweredMilliseconds
      ? { ...begun, phase: 'refused', refusal: 'unanswered' }
      : { ...begun, phase: 'waiting' };
  const { look, step } = input;
  const before = look.desired === undefined ? undefined : await ports.readRelease(look.desired);
  const rendered = await renderPullRequest(
    { look, number: begun.number, commit: merge.commit, before, isContinued: step.isContinued },
    ports,
  );
  if (rendered === 'unfinished') return { ...begun, phase: 'waiting' };
  const { asked, left, unchanged, problems } = compareReleases(before, rendered.release);
  const release = await keep(rendered.release, ports);
  const id = `${begun.number}-${begun.sequence}`;
  const at = ports.clock.now().toISOString();
  const wanted = { id, release, applications: asked, left, unchanged, at, done: {} };
  return { ...begun, phase: 'planning', problems, notes: rendered.notes, asked: wanted };
}

async function askForMerge(
  { repository, number, head, base }: PullRequestState,
  { git, sleep }: Pick<SourcePorts, 'git' | 'sleep'>,
) {
  let merge = await git.testMerge(repository, { number, head, base });
  for (const wait of waitsInMilliseconds) {
    if (merge.outcome !== 'unknown') return merge;
    await sleep(wait);
    merge = await git.testMerge(repository, { number, head, base });
  }
  return merge;
}

/** By its content, as every release: nothing else can be in its place. */
async function keep(release: Release, { objects }: SourcePorts): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(release));
  const key = keys.release(release.environment, digestOf(bytes));
  await objects.putOnce(key, bytes);
  return key;
}

async function write(state: PullRequestState, { pullRequests, clock }: SourcePorts): Promise<boolean> {
  const problems = shorten(state.problems, longest.problems);
  const notes = shorten(state.notes, longest.notes);
  const next = { ...state, problems, notes, at: clock.now().toISOString() };
  return (await pullRequests.writePullRequest(next)) === 'written';
}

/** An item of the state table holds 400 KB. */
const shorten = (problems: readonly Problem[], most: number): Problem[] =>
  problems.slice(0, most).map((problem) => ({ ...problem, message: problem.message.slice(0, longest.message) }));
