import { randomUUID } from 'node:crypto';
import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import type { ReleaseEntry } from '../../shared/artifacts/release.ts';
import type { RenderedBefore } from '../../shared/artifacts/rendered-before.ts';
import { BadInputError, problemsOf, TryAgainError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import { recall, remember } from './memory.ts';
import { obtainChart } from './obtain-chart.ts';
import type { PlannedApplication, PlannedChart } from './plan-applications.ts';
import type { SourcePorts } from './ports.ts';

/**
 * A look at a head, with all its continuations when time was up: `isContinued` says that this is one. `isTrial`: nobody has decided on this
 * content yet, so what comes of it is remembered for this look only. `isPatient`: what failed before, and may pass by itself, isn't tried
 * again with the same inputs: it would hold up what a commit did change.
 */
export type Look = { id: string; isContinued: boolean; isTrial?: boolean; isPatient?: boolean };

/** What one application is rendered from; `inputs` is the digest of all that matters. */
export type RenderInput = {
  application: PlannedApplication;
  inputs: string;
  environment: string;
  revision: string;
  cluster: ClusterState;
  look: Look;
};

export type Rendering = Pick<ReleaseEntry, 'artifact' | 'problems' | 'warnings'> & {
  /** It may have been the world and not the content: the same inputs are worth another try. */
  again: boolean;
};

/** Longer than the renderer's own time-out: what is begun comes to its end. */
const reservedMilliseconds = 95_000;

/**
 * Renders one application, or finds that the same inputs were rendered before. Whatever goes wrong is this application's result, so that
 * it stops no other.
 *
 * @returns the stored artifact, or what has to be mended; undefined if there is no time to render it
 */
export async function renderApplication(input: RenderInput, ports: SourcePorts): Promise<Rendering | undefined> {
  try {
    const known = await recall(input, ports);
    if (known !== undefined) return atRevision(known, input);
    const rendered = hasTime(ports)
      ? await render(input, ports).catch((error) => resultOf(error, input, ports))
      : undefined;
    if (rendered === undefined) return undefined;
    await remember(input, rendered, ports);
    return atRevision(rendered, input);
  } catch (error) {
    return resultOf(error, input, ports);
  }
}

const hasTime = ({ deadline }: SourcePorts) => deadline.remaining() >= reservedMilliseconds;

const atRevision = ({ artifact, ...rendered }: RenderedBefore, { revision }: RenderInput): Rendering => ({
  ...rendered,
  artifact: artifact && { ...artifact, revision },
});

const failed = (problems: Problem[], again = false) => ({ problems, warnings: [], again });

function resultOf(error: unknown, { application, environment }: RenderInput, { log }: SourcePorts) {
  // A right may be granted and a chart published without a commit: only a bad input stays bad.
  const again = !(error instanceof BadInputError);
  const { name, path, chart } = application;
  log.warn('application could not be rendered', { environment, application: name, again, error });
  const file = chart?.place.file ?? path;
  return failed(
    problemsOf(error).map((problem) => ({ file, ...problem })),
    again,
  );
}

async function render(input: RenderInput, ports: SourcePorts): Promise<RenderedBefore | undefined> {
  const { application, environment } = input;
  const chart = application.chart && (await presignChart(application.chart, ports));
  if (!hasTime(ports)) return undefined;
  const rendering = keys.rendering(environment, application.name, randomUUID());
  const request = { ...(await requestFor(input, rendering, ports)), chart };
  const tenant = tenantOf(input);
  const first = await ports.render(request, tenant);
  // It may have been the machine.
  const result = first === 'crashed' && hasTime(ports) ? await ports.render(request, tenant) : first;
  if (result === 'crashed') return failed([crash(application)], true);
  if (result.outcome === 'failed') return failed(result.problems);
  if (result.objects === 0) return failed([emptyRendering(application)]);
  const { digest, objects, warnings } = result;
  await keepArtifact({ environment, rendering, digest }, ports);
  return { artifact: { digest, objects }, problems: [], warnings, again: false };
}

/** What nobody has decided on yet never runs in a process that renders for a deployment. */
const tenantOf = ({ environment, look }: RenderInput) => (look.isTrial ? `${environment}/pull-requests` : environment);

const urlsExpireInSeconds = 300;

async function requestFor(
  { application, environment, revision, cluster }: RenderInput,
  rendering: string,
  { objects }: SourcePorts,
): Promise<RenderRequest> {
  const { name, path, helm, kustomize, variables, settings } = application;
  return {
    treeUrl: await objects.presignGet(keys.tree(environment, revision), urlsExpireInSeconds),
    artifactUrl: await objects.presignPut(rendering, urlsExpireInSeconds),
    application: name,
    path,
    namespace: settings.namespace,
    helm,
    kustomize,
    variables,
    cluster: { version: cluster.version, apiVersions: cluster.apiVersions },
  };
}

/** The renderer has no network: it gets the chart as it gets the tree. */
async function presignChart(chart: PlannedChart, ports: SourcePorts): Promise<RenderRequest['chart']> {
  const { name, version } = chart.pin;
  const digest = await obtainChart(chart, ports);
  return { url: await ports.objects.presignGet(keys.chart(digest), urlsExpireInSeconds), digest, name, version };
}

/** More than the renderer's tools may put out: it would have to be taken over to store more. */
const maximumRenderingBytes = 100 * 1024 * 1024;

type Kept = { environment: string; rendering: string; digest: string };

/** The renderer handles untrusted content: what it stored is taken only if it is what it said, and under a key that it can't write. */
async function keepArtifact({ environment, rendering, digest }: Kept, { objects }: SourcePorts): Promise<void> {
  const bytes = await objects.get(rendering, maximumRenderingBytes);
  if (digestOf(bytes) !== digest)
    throw new TryAgainError('the rendering that was stored is not the one that the renderer named');
  await objects.putOnce(keys.artifact(environment, digest), bytes);
}

const crash = ({ path }: PlannedApplication): Problem => ({
  file: path,
  message:
    'rendering ended without an answer: it ran out of memory or time. Make the application smaller, or split it.',
});

const emptyRendering = ({ path }: PlannedApplication): Problem => ({
  file: path,
  message:
    'renders to no object at all, which would delete everything; remove the application itself if that is meant. Nothing was deleted.',
});
