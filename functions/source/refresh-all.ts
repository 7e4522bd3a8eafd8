import type { GitChange } from '../../shared/events/messages.ts';
import type { Log, Parsed } from '../../shared/lambda/sqs-batch.ts';
import { describeProblem } from '../../shared/problem.ts';
import type { SourcePorts } from './ports.ts';
import { refresh } from './refresh.ts';

/** Looks once at every branch that a batch is about, however many messages speak of it. Returns the errors by message id. */
export async function refreshAll(
  messages: Parsed<GitChange>[],
  ports: SourcePorts,
  log: Log,
): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>();
  for (const [, group] of Map.groupBy(
    messages,
    ({ message }) => `${message.repository.toLowerCase()}@${message.branch}`,
  )) {
    const newest = group.at(-1)?.message;
    if (newest === undefined) continue;
    try {
      await refreshBranch(newest, ports, log);
    } catch (error) {
      for (const { record } of group) failures.set(record.messageId, error);
    }
  }
  return failures;
}

async function refreshBranch(change: GitChange, ports: SourcePorts, log: Log): Promise<void> {
  const names = Object.entries(ports.environments)
    .filter(
      ([, { repository, branch }]) =>
        repository.toLowerCase() === change.repository.toLowerCase() && branch === change.branch,
    )
    .map(([name]) => name);
  for (const environment of names) {
    const started = ports.clock.now().getTime();
    const { revision, outcome, reconciled, warnings = [] } = await refresh(environment, change, ports);
    for (const warning of warnings) {
      log.warn('rendering warns', { environment, revision, warning: describeProblem(warning) });
    }
    const milliseconds = ports.clock.now().getTime() - started;
    log.info('environment refreshed', {
      environment,
      revision,
      outcome,
      reconciled: reconciled.length,
      cause: change.cause,
      milliseconds,
    });
  }
}
