import type { Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { ClusterState } from '../../shared/state/types.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import { createInputs } from './inputs.ts';
import type { PlannedApplication } from './plan-applications.ts';
import type { SourcePorts } from './ports.ts';
import { type Look, renderApplication } from './render-application.ts';

type Input = {
  name: string;
  revision: string;
  tree: Tree;
  applications: PlannedApplication[];
  before: Release | undefined;
  cluster: ClusterState;
  look: Look;
};

/** `again`: some application failed in a way that may pass by itself. `unfinished`: time was up; what was rendered is remembered. */
export type ReleaseRendering =
  | { outcome: 'whole'; release: Release; again: boolean }
  | { outcome: 'unfinished'; rendered: number; left: number };

const concurrentRenderings = 16;

/** Renders every application whose inputs changed. One that fails keeps its last good artifact, and doesn't stop the others. */
export async function renderRelease(input: Input, ports: SourcePorts): Promise<ReleaseRendering> {
  const { name, revision, applications } = input;
  const inputsOf = createInputs(input.tree, input.cluster);
  const found = await mapConcurrently(applications, concurrentRenderings, async (application) => {
    const inputs = inputsOf(application);
    const known = knownEntry(application, inputs, input);
    return known ?? render(application, inputs, input, ports);
  });
  const left = found.filter((each) => each === undefined).length;
  if (left > 0) return { outcome: 'unfinished', rendered: found.length - left, left };
  const entries = found.map((each, index) => [applications[index]?.name, each?.entry]);
  const release: Release = { environment: name, revision, applications: Object.fromEntries(entries) };
  return { outcome: 'whole', release, again: found.some((each) => each?.again) };
}

function knownEntry(
  { name, path, settings }: PlannedApplication,
  inputs: string,
  { before, look }: Input,
): Rendered | undefined {
  const entry = before?.applications[name];
  if (entry === undefined) return undefined;
  const again = look.isPatient === true && entry.failing === inputs;
  return entry.inputs === inputs || again ? { entry: { ...entry, path, settings }, again } : undefined;
}

type Rendered = { entry: ReleaseEntry; again: boolean };

async function render(
  application: PlannedApplication,
  inputs: string,
  { name: environment, revision, cluster, before, look }: Input,
  ports: SourcePorts,
): Promise<Rendered | undefined> {
  const { name, path, settings } = application;
  const rendering = await renderApplication({ application, inputs, environment, revision, cluster, look }, ports);
  if (rendering === undefined) return undefined;
  const { artifact = before?.applications[name]?.artifact, problems, warnings, again } = rendering;
  const known = again ? { inputs: '', failing: inputs } : { inputs };
  return { entry: { path, ...known, artifact, problems, warnings, settings }, again };
}
