import type { DeployerEnvironment } from '../../../shared/config/deployer.ts';
import type { OpenPullRequest } from '../../../shared/git/pull-request-ports.ts';
import type { PullRequestState } from '../../../shared/state/pull-request.ts';
import { basisOf } from '../basis.ts';
import type { SourcePorts } from '../ports.ts';
import { askForPlans } from './ask.ts';
import { byUrgency, decideStep, type Step } from './decide.ts';
import { planPullRequest } from './plan.ts';

/** More are left to the next look, so that no storm of pull requests holds a deployment up. */
const mostPlans = 10;
/** A rendering that is begun must come to its end. */
const reservedMilliseconds = 120_000;

/** All that is the same for every pull request of one look. */
export type Look = {
  name: string;
  environment: DeployerEnvironment;
  sequence: number;
  /** The branch's head, and the key of the release that it runs, if it ever ran one. */
  base: string;
  desired: string | undefined;
  basis: string;
};

export type Looked = Record<'open' | 'planned' | 'left', number>;

/**
 * Looks at the open pull requests to an environment's branch, after its deployment: what is new is rendered and asked about, what was lost is
 * asked for again, what has ended is forgotten. While the branch's own head isn't settled nothing is done: deployments come first.
 *
 * @returns undefined if there is nothing to look at, or not yet
 */
export async function lookAtPullRequests(name: string, ports: SourcePorts): Promise<Looked | undefined> {
  const environment = ports.environments[name];
  if (environment === undefined) return undefined;
  const { repository, branch, cluster } = environment;
  const [seen, known] = await Promise.all([
    ports.git.openPullRequests(repository, branch),
    ports.pullRequests.listPullRequests(name),
  ]);
  if (seen.length + known.length === 0) return undefined;
  // Taken before anything is asked that counts, so that whoever holds the greater one knows better.
  const sequence = await ports.state.nextSequence(name);
  const [open, base, attempt, desired, clusterState] = await Promise.all([
    ports.git.openPullRequests(repository, branch),
    ports.git.head(repository, branch),
    ports.state.readAttempt(name),
    ports.state.readDesired(name),
    ports.state.readCluster(cluster),
  ]);
  if (base === undefined || attempt?.revision !== base || attempt.outcome === 'pending' || clusterState === undefined)
    return undefined;
  const basis = basisOf(environment, clusterState);
  return walk({ name, environment, sequence, base, desired: desired?.release, basis }, { open, known }, ports);
}

type Found = { open: OpenPullRequest[]; known: PullRequestState[] };

async function walk(look: Look, { open, known }: Found, ports: SourcePorts): Promise<Looked> {
  const stepFor = (pull: OpenPullRequest | undefined, state: PullRequestState | undefined) =>
    decideStep({ open: pull, known: state, base: look.base, basis: look.basis, now: ports.clock.now() });
  const openNumbers = new Set(open.map(({ number }) => number));
  for (const state of known.filter(({ number }) => !openNumbers.has(number)))
    await keep(stepFor(undefined, state), state, look, ports);
  const pairs = open.map((pull) => ({ open: pull, known: known.find(({ number }) => number === pull.number) }));
  const looked = { open: open.length, planned: 0, left: 0 };
  for (const { open: pull, known: state } of byUrgency(pairs)) {
    const step = stepFor(pull, state);
    if (step.do !== 'begin') await keep(step, state, look, ports);
    else if (looked.planned === mostPlans || ports.deadline.remaining() < reservedMilliseconds) looked.left += 1;
    else if (await planPullRequest({ pull, known: state, step, look }, ports)) looked.planned += 1;
  }
  return looked;
}

/** What is known already, as it goes on. A plan that comes at this very moment is asked for again, or no longer of use. */
async function keep(step: Step, state: PullRequestState | undefined, look: Look, ports: SourcePorts): Promise<void> {
  if (state === undefined || step.do === 'nothing' || step.do === 'begin') return;
  const { pullRequests, clock } = ports;
  if (step.do === 'forget') {
    await pullRequests.deletePullRequest(state);
    return;
  }
  const at = clock.now().toISOString();
  const next = { ...state, at, ...changes(step.do, state, at) };
  await pullRequests.writePullRequest(next);
  if (step.do === 'resend') await askForPlans(next, look.environment.cluster, at, ports);
}

function changes(
  doing: 'close' | 'touch' | 'give-up' | 'resend',
  { asked }: PullRequestState,
  at: string,
): Partial<PullRequestState> {
  switch (doing) {
    case 'close':
      return { phase: 'closed' };
    case 'give-up':
      return { phase: 'refused', refusal: 'overdue' };
    case 'resend':
      return { asked: asked && { ...asked, againAt: at } };
    case 'touch':
      return {};
  }
}
