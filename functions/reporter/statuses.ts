import { shortenDescription } from '../../shared/git/description.ts';
import type { CommitStatus } from '../../shared/git/ports.ts';
import type { Report } from '../../shared/state/report.ts';
import type { Outcome, Standing } from './standing.ts';

/** More failing applications than these are only counted in the environment's own status: each status is a write that GitHub counts. */
const mostApplications = 20;

/**
 * The statuses that the revision's commit should have and hasn't: one of the environment, and one of each application that fails, or did so at this
 * revision.
 *
 * @param said what stands on the commit already, by context
 */
export function decideStatuses(environment: string, standing: Standing, said: Report['statuses']): CommitStatus[] {
  const failing = [...standing.applications]
    .filter(([, { problems }]) => problems.length > 0)
    .slice(0, mostApplications)
    .map(([name, outcome]) => statusOf(contextOf(environment, name), outcome));
  const contexts = new Set(failing.map(({ context }) => context));
  const mended = Object.keys(said)
    .filter((context) => context !== contextOf(environment) && !contexts.has(context))
    .map((context) => statusOf(context, standing.applications.get(nameIn(context)) ?? gone));
  return [statusOf(contextOf(environment), standing.whole), ...failing, ...mended].filter(
    ({ context, state, description }) => said[context]?.state !== state || said[context].description !== description,
  );
}

const gone: Outcome = { state: 'success', summary: 'is no longer part of this revision', problems: [] };

/** Names of environments and applications have no slash. */
const contextOf = (environment: string, application?: string) =>
  ['plumbline', environment, ...(application === undefined ? [] : [application])].join('/');
const nameIn = (context: string) => context.split('/').at(-1) ?? '';

const statusOf = (context: string, { state, summary }: Outcome): CommitStatus => ({
  context,
  state,
  description: shortenDescription(summary),
});
