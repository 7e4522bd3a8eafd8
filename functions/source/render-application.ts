import { randomUUID } from 'node:crypto';
import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import type { ReleaseEntry } from '../../shared/artifacts/release.ts';
import { type RenderedInputs, renderedInputsSchema } from '../../shared/artifacts/rendered-inputs.ts';
import { BadInputError, MissingError, problemsOf, TryAgainError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import { obtainChart } from './obtain-chart.ts';
import type { PlannedApplication, PlannedChart } from './plan-applications.ts';
import type { SourcePorts } from './ports.ts';

/** What one application is rendered from; `inputs` is the digest of all that matters. */
export type RenderInput = {
  application: PlannedApplication;
  inputs: string;
  environment: string;
  revision: string;
  cluster: ClusterState;
};

export type Rendering = Pick<ReleaseEntry, 'artifact' | 'problems' | 'warnings'> & {
  /** It may have been the world and not the content: the same inputs are worth another try. */
  again?: boolean;
};

/**
 * Renders one application, or finds that the same inputs were rendered before. Whatever goes wrong is this application's result, so that
 * it stops no other.
 *
 * @returns the stored artifact, or what has to be mended
 */
export async function renderApplication(input: RenderInput, ports: SourcePorts): Promise<Rendering> {
  const { application, environment, inputs, revision } = input;
  try {
    const known = await recall(environment, inputs, ports);
    if (known !== undefined) return { ...known, artifact: { ...known.artifact, revision }, problems: [] };
    return await render(input, ports);
  } catch (error) {
    // A right may be granted and a chart published without a commit: only a bad input stays bad.
    const again = !(error instanceof BadInputError);
    const file = application.chart?.place.file ?? application.path;
    ports.log.warn('application could not be rendered', { environment, application: application.name, again, error });
    return {
      problems: problemsOf(error).map((problem) => ({ file, ...problem })),
      warnings: [],
      again,
    };
  }
}

const failed = (problems: Problem[]): Rendering => ({ problems, warnings: [] });

async function render(input: RenderInput, ports: SourcePorts): Promise<Rendering> {
  const { application, environment, revision } = input;
  const rendering = keys.rendering(environment, application.name, randomUUID());
  const chart = application.chart && (await presignChart(application.chart, ports));
  const result = await ports.render({ ...(await requestFor(input, rendering, ports)), chart });
  if (result === 'crashed') return { ...failed([crash(application)]), again: true };
  if (result.outcome === 'failed') return failed(result.problems);
  if (result.objects === 0) return failed([emptyRendering(application)]);
  await keepArtifact({ environment, rendering, digest: result.digest }, ports);
  const { digest, objects, warnings } = result;
  await remember(input, { artifact: { digest, objects }, warnings }, ports);
  return { artifact: { digest, objects, revision }, problems: [], warnings };
}

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

type Kept = { environment: string; rendering: string; digest: string };

/** The renderer handles untrusted content: what it stored is taken only if it is what it said, and under a key that it can't write. */
async function keepArtifact({ environment, rendering, digest }: Kept, { objects }: SourcePorts): Promise<void> {
  const bytes = await objects.get(rendering);
  if (digestOf(bytes) !== digest)
    throw new TryAgainError('the rendering that was stored is not the one that the renderer named');
  await objects.putOnce(keys.artifact(environment, digest), bytes);
}

/** A look that ran out of time goes on from here, and a revert renders nothing. */
async function recall(
  environment: string,
  inputs: string,
  { objects }: SourcePorts,
): Promise<RenderedInputs | undefined> {
  try {
    const bytes = await objects.get(keys.rendered(environment, inputs));
    return renderedInputsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    if (error instanceof MissingError) return undefined;
    throw error;
  }
}

async function remember({ environment, inputs }: RenderInput, rendered: RenderedInputs, { objects }: SourcePorts) {
  await objects.putOnce(keys.rendered(environment, inputs), new TextEncoder().encode(JSON.stringify(rendered)));
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
