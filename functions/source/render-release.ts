import { randomUUID } from 'node:crypto';
import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { keys } from '../../shared/artifacts/keys.ts';
import type { Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import { TryAgainError } from '../../shared/errors.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { createInputs } from './inputs.ts';
import type { PlannedApplication } from './plan-applications.ts';
import type { SourcePorts } from './ports.ts';

type Input = {
  name: string;
  revision: string;
  tree: Tree;
  applications: PlannedApplication[];
  before: Release | undefined;
  cluster: ClusterState;
};

const concurrentRenderings = 16;
const urlsExpireInSeconds = 300;

/** Renders every application whose inputs changed. One that fails keeps its last good artifact, and doesn't stop the others. */
export async function renderRelease(input: Input, ports: SourcePorts): Promise<Release> {
  const inputsOf = createInputs(input.tree, input.cluster);
  const entries = await mapConcurrently(
    input.applications,
    concurrentRenderings,
    async (application) => [application.name, await entryOf(application, inputsOf(application), input, ports)] as const,
  );
  return { environment: input.name, revision: input.revision, applications: Object.fromEntries(entries) };
}

async function entryOf(
  application: PlannedApplication,
  inputs: string,
  input: Input,
  ports: SourcePorts,
): Promise<ReleaseEntry> {
  const { path, settings } = application;
  const before = input.before?.applications[application.name];
  if (before?.inputs === inputs) return { ...before, path, settings };
  const { artifact = before?.artifact, problems, warnings, again } = await render(application, input, ports);
  return { path, inputs: again ? '' : inputs, artifact, problems, warnings, settings };
}

type Rendering = Pick<ReleaseEntry, 'artifact' | 'problems' | 'warnings'> & {
  /** It may have been the machine and not the content: the same inputs are worth another try. */
  again?: true;
};

const failed = (problems: Problem[]): Rendering => ({ problems, warnings: [] });

/** @returns the stored artifact, or what has to be mended */
async function render(
  application: PlannedApplication,
  { name, revision, cluster }: Input,
  ports: SourcePorts,
): Promise<Rendering> {
  const { objects } = ports;
  const rendering = keys.rendering(name, application.name, randomUUID());
  const request: RenderRequest = {
    treeUrl: await objects.presignGet(keys.tree(name, revision), urlsExpireInSeconds),
    artifactUrl: await objects.presignPut(rendering, urlsExpireInSeconds),
    application: application.name,
    path: application.path,
    namespace: application.settings.namespace,
    helm: application.helm,
    kustomize: application.kustomize,
    variables: application.variables,
    cluster: { version: cluster.version, apiVersions: cluster.apiVersions },
  };
  const result = await ports.render(request);
  if (result === 'crashed') return { ...failed([crash(application)]), again: true };
  if (result.outcome === 'failed') return failed(result.problems);
  if (result.objects === 0) return failed([emptyRendering(application)]);
  await keepArtifact({ name, rendering, digest: result.digest }, objects);
  const artifact = { digest: result.digest, objects: result.objects, revision };
  return { artifact, problems: [], warnings: result.warnings };
}

/** The renderer handles untrusted content: what it stored is taken only if it is what it said, and under a key that it can't write. */
async function keepArtifact(
  { name, rendering, digest }: { name: string; rendering: string; digest: string },
  objects: SourcePorts['objects'],
) {
  const bytes = await objects.get(rendering);
  if (digestOf(bytes) !== digest)
    throw new TryAgainError('the rendering that was stored is not the one that the renderer named');
  await objects.putOnce(keys.artifact(name, digest), bytes);
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
