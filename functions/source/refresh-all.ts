import { mapConcurrently } from '../../shared/concurrency.ts';
import type { GitChange } from '../../shared/events/messages.ts';
import type { Parsed } from '../../shared/lambda/sqs-batch.ts';
import { describeProblem } from '../../shared/problem.ts';
import type { SourcePorts } from './ports.ts';
import { lookAtPullRequests } from './pull-requests/look.ts';
import { refresh } from './refresh.ts';

/** Looks once at every branch that a batch is about, however many messages speak of it. Returns the errors by message id. */
export async function refreshAll(messages: Parsed<GitChange>[], ports: SourcePorts): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>();
  for (const [, group] of Map.groupBy(
    messages,
    ({ message }) => `${message.repository.toLowerCase()}@${message.branch}`,
  )) {
    const newest = group.at(-1)?.message;
    if (newest === undefined) continue;
    const errors = await refreshBranch(newest, ports);
    if (errors.length > 0) for (const { record } of group) failures.set(record.messageId, errors[0]);
  }
  for (const name of namesOf(messages, ports)) await lookSafely(name, ports);
  return failures;
}

/** After every deployment of the batch. What goes wrong with pull requests is no reason to deploy again: the next resync looks at them. */
async function lookSafely(environment: string, ports: SourcePorts): Promise<void> {
  try {
    const looked = await lookAtPullRequests(environment, ports);
    if (looked !== undefined) ports.log.info('pull requests looked at', { environment, ...looked });
  } catch (error) {
    ports.log.warn('pull requests could not be looked at', { environment, error });
  }
}

const namesOf = (messages: Parsed<GitChange>[], ports: SourcePorts): Set<string> =>
  new Set(messages.flatMap(({ message }) => environmentsOf(message, ports)));

/** A whole tree is held in memory for each; with one more than one, an environment that hangs doesn't use up the others' time. */
const environmentsAtOnce = 2;

/** Each environment by itself: one that fails keeps no other back. */
async function refreshBranch(change: GitChange, ports: SourcePorts): Promise<unknown[]> {
  const errors = await mapConcurrently(environmentsOf(change, ports), environmentsAtOnce, async (environment) => {
    try {
      await refreshEnvironment(environment, change, ports);
      return [];
    } catch (error) {
      ports.log.warn('environment could not be refreshed', { environment, error });
      return [error];
    }
  });
  return errors.flat();
}

const environmentsOf = (change: GitChange, { environments }: SourcePorts): string[] =>
  Object.entries(environments)
    .filter(
      ([, { repository, branch }]) =>
        repository.toLowerCase() === change.repository.toLowerCase() && branch === change.branch,
    )
    .map(([name]) => name);

async function refreshEnvironment(environment: string, change: GitChange, ports: SourcePorts): Promise<void> {
  const { clock, log, measure } = ports;
  const started = clock.now().getTime();
  const { revision, outcome, reconciled, warnings = [] } = await refresh(environment, change, ports);
  for (const warning of warnings) {
    log.warn('rendering warns', { environment, revision, warning: describeProblem(warning) });
  }
  if (outcome === 'failed')
    measure({ values: { Failures: 1 }, dimensions: { kind: 'input' }, details: { environment, revision } });
  const milliseconds = clock.now().getTime() - started;
  log.info('environment refreshed', {
    environment,
    revision,
    outcome,
    reconciled: reconciled.length,
    cause: change.cause,
    milliseconds,
  });
}
