import { posix } from 'node:path';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import type { Release } from '../../shared/artifacts/release.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { BadInputError, isRetryable, problemsOf } from '../../shared/errors.ts';
import { type GitChange, reconciliationGroup } from '../../shared/events/messages.ts';
import type { Commit } from '../../shared/git/ports.ts';
import { pushTimeIn } from '../../shared/git/trailers.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Attempt, ClusterState, Desired } from '../../shared/state/types.ts';
import { basisOf } from './basis.ts';
import { describeCluster, isUnusable, type UnusableCluster } from './cluster-address.ts';
import { changedApplications, isSettled, isWaiting, lookAgain } from './decide.ts';
import { freshHead } from './fresh-head.ts';
import { newCommits } from './new-commits.ts';
import type { SourcePorts } from './ports.ts';
import { readEnvironment } from './read-environment.ts';
import type { Look } from './render-application.ts';
import { renderRelease } from './render-release.ts';
import { withSources } from './with-sources.ts';

/** What became of one look at an environment's branch, for the log. */
export type Refreshed = {
  revision: string;
  outcome: 'unchanged' | 'superseded' | 'unfinished' | 'rendered' | 'failed';
  reconciled: string[];
  /** What the renderer warned of. */
  warnings?: readonly Problem[];
};

/**
 * Makes an environment's branch head its desired state: head → tree → release → `desired` → messages.
 * The sequence number is taken before the head is asked for, so that whoever holds the greater one has the newer head.
 */
export async function refresh(name: string, change: GitChange, ports: SourcePorts): Promise<Refreshed> {
  const environment = ports.environments[name];
  if (environment === undefined) throw new BadInputError([{ message: `deployer.yaml has no environment "${name}"` }]);
  const sequence = await ports.state.nextSequence(name);
  const [previous, attempt, cluster] = await Promise.all([
    ports.state.readDesired(name),
    ports.state.readAttempt(name),
    describeCluster(environment.cluster, ports),
  ]);
  const basis = isUnusable(cluster) ? digestOf(JSON.stringify(cluster.problems)) : basisOf(environment, cluster);
  const head = await freshHead({ ...change, known: previous?.revision }, ports);
  const look = { head: head ?? '', basis, attempt, now: ports.clock.now() };
  if (isSettled(look)) return { revision: look.head, outcome: 'unchanged', reconciled: [] };
  // What was wrong with this head is wrong with it until it is known better.
  const known = attempt?.revision === head ? attempt : undefined;
  const isPatient = isWaiting(look);
  const begun: Attempt = {
    environment: name,
    repository: environment.repository,
    sequence,
    revision: look.head,
    basis,
    outcome: 'pending',
    problems: known?.problems ?? [],
    again: isPatient ? attempt?.again : known?.again,
    at: look.now.toISOString(),
  };
  if ((await ports.state.writeAttempt(begun)) === 'superseded')
    return { revision: begun.revision, outcome: 'superseded', reconciled: [] };
  const again = lookAgain(look);
  const id = digestOf(JSON.stringify([look.head, basis, again.attempt]));
  const isContinued = known?.outcome === 'pending' && known.basis === basis;
  const commits = await newCommits({ environment, head, since: previous?.revision }, ports);
  const [own] = commits;
  const run = { name, environment, begun, look: { id, isContinued, isPatient }, again, previous, cluster, commits };
  return carryOut(own === undefined ? run : { ...run, begun: { ...begun, author: own.author } }, ports);
}

type Run = {
  name: string;
  environment: DeployerEnvironment;
  begun: Attempt;
  look: Look;
  /** When to look again if something may pass by itself. */
  again: NonNullable<Attempt['again']>;
  previous: Desired | undefined;
  cluster: ClusterState | UnusableCluster;
  /** What this revision brings, newest first; its own commit is the first. */
  commits: readonly Commit[];
};

/** A failure that a person must mend is the attempt's result; one that may pass is left to the queue. The last good state stays either way. */
async function carryOut(run: Run, ports: SourcePorts): Promise<Refreshed> {
  try {
    return await deploy(run, ports);
  } catch (error) {
    if (isRetryable(error)) throw error;
    await finish(run, { problems: problemsOf(error) }, ports);
    return { revision: run.begun.revision, outcome: 'failed', reconciled: [] };
  }
}

async function deploy(run: Run, ports: SourcePorts): Promise<Refreshed> {
  const { name, environment, begun, look, previous, cluster, commits } = run;
  if (begun.revision === '') throw new BadInputError([missingBranch(environment)]);
  if (isUnusable(cluster)) throw new BadInputError(cluster.problems);
  const { tree, applications } = await readEnvironment({ name, environment, revision: begun.revision }, ports);
  const before = previous === undefined ? undefined : await ports.readRelease(previous.release);
  const rendering = await renderRelease(
    { name, revision: begun.revision, tree, applications, before, cluster, look },
    ports,
  );
  // The attempt stays pending, so the next look goes on: at the latest with the next resync.
  if (rendering.outcome === 'unfinished') return { revision: begun.revision, outcome: 'unfinished', reconciled: [] };
  const release = await withSources(rendering.release, { before, commits, environment }, ports);
  if ((await writeDesired(run, release, ports)) === 'superseded')
    return { revision: begun.revision, outcome: 'superseded', reconciled: [] };
  const reconciled = changedApplications(before, release);
  await announce(run, reconciled, ports);
  const entries = Object.values(release.applications);
  const problems = entries.flatMap((entry) => entry.problems);
  await finish(run, { problems, again: rendering.again }, ports);
  const warnings = entries.flatMap((entry) => entry.warnings);
  return { revision: begun.revision, outcome: problems.length > 0 ? 'failed' : 'rendered', reconciled, warnings };
}

async function writeDesired(
  { name, environment, begun, commits }: Run,
  release: Release,
  { objects, state, clock }: SourcePorts,
) {
  const bytes = new TextEncoder().encode(JSON.stringify(release));
  const key = keys.release(name, digestOf(bytes));
  await objects.putOnce(key, bytes);
  const { repository, branch } = environment;
  const { sequence, revision } = begun;
  const pushedAt = pushTimeIn(commits[0]?.message ?? '', name);
  return state.writeDesired({
    environment: name,
    repository,
    branch,
    sequence,
    revision,
    release: key,
    at: clock.now().toISOString(),
    ...(pushedAt !== undefined && { pushedAt: pushedAt.toISOString() }),
  });
}

async function announce(
  { name, environment, begun }: Run,
  applications: readonly string[],
  { sendAll, reconciliationQueues }: SourcePorts,
): Promise<void> {
  const cause = `revision ${begun.revision}`;
  const messages = applications.map((application) => {
    const group = reconciliationGroup({ environment: name, application });
    return {
      message: { kind: 'reconciliation', environment: name, application, mode: 'apply', cause },
      fifo: { group, deduplication: digestOf(`${group} ${begun.sequence}`) },
    };
  });
  await sendAll(reconciliationQueues[environment.cluster] ?? '', messages);
}

type Finding = { problems: readonly Problem[]; again?: boolean };

async function finish(
  { begun, again: next }: Run,
  { problems, again = false }: Finding,
  { state, clock }: SourcePorts,
): Promise<void> {
  const outcome = problems.length > 0 ? 'failed' : 'rendered';
  await state.writeAttempt({
    ...begun,
    outcome,
    problems: problems.slice(0, maximumProblems),
    again: again ? next : undefined,
    at: clock.now().toISOString(),
  });
}

/** An item of the state table holds 400 KB. */
const maximumProblems = 200;

function missingBranch({ repository, branch, path }: DeployerEnvironment): Problem {
  return {
    file: posix.join(path, ''),
    message: `the branch "${branch}" of ${repository} does not exist or has no commit; create it, or correct the environment in deployer.yaml. Nothing was deleted.`,
  };
}
