import { definedResources } from '../../shared/kubernetes/definitions.ts';
import type { Discovery } from '../../shared/kubernetes/discovery.ts';
import { indexResources } from '../../shared/kubernetes/resource.ts';
import { loggable } from '../../shared/problem.ts';
import { checkArtifact, secretWarnings } from './check-artifact.ts';
import type { RunFailure } from './decide-result.ts';
import { type Hook, isHook, type Prepared, prepareArtifact } from './prepared.ts';
import { readArtifact } from './read-artifact.ts';
import type { ApplicationRun } from './run.ts';

/** What preparing takes of a run: it reads, and writes nothing. */
type Preparing = Pick<ApplicationRun, 'open' | 'entry' | 'log'> & {
  session: Pick<ApplicationRun['session'], 'name'>;
  ports: Pick<ApplicationRun['ports'], 'objects'>;
};

/** `hooks`: those of Helm's, which are run and not kept. */
export type PreparedRun = { prepared: Prepared[]; hooks: Hook[]; refusals: RunFailure[]; discovery: Discovery };

/** Reads an artifact, finds where its objects go, and checks them all. Discovery is asked anew before a kind counts as unknown. */
export async function prepareRun(run: Preparing, digest = run.entry.artifact.digest): Promise<PreparedRun> {
  const { open, entry, session, log } = run;
  const objects = await readArtifact(session.name.environment, digest, run.ports.objects);
  const defined = definedResources(objects.map(({ object }) => object));
  const prepareBy = (discovery: Discovery) => {
    const resources = indexResources([...discovery.resources, ...defined]);
    return { discovery, ...prepareArtifact(objects, { name: session.name, settings: entry.settings, resources }) };
  };
  const first = prepareBy(await open.discovery());
  const { prepared, unknown, discovery } = first.unknown.length === 0 ? first : prepareBy(await open.discovery(true));
  const problems = checkArtifact({ prepared, unknown, settings: entry.settings });
  for (const problem of secretWarnings({ prepared, settings: entry.settings }))
    log.warn('plaintext Secret', loggable(problem));
  // A kind that is unknown today may be defined by another application tomorrow.
  const retryable = unknown.length > 0;
  const refusals = problems.map((problem) => ({ problem, retryable }));
  return { prepared: prepared.filter((each) => !isHook(each)), hooks: prepared.filter(isHook), discovery, refusals };
}
