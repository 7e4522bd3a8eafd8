import { keys } from '../../shared/artifacts/keys.ts';
import type { Release, ReleaseEntry } from '../../shared/artifacts/release.ts';
import { mapConcurrently } from '../../shared/concurrency.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { applicationRepository } from '../../shared/git/application-repository.ts';
import type { Commit } from '../../shared/git/ports.ts';
import { pinsIn } from '../../shared/git/trailers.ts';
import type { SourcePorts } from './ports.ts';

type SourceOfImage = NonNullable<ReleaseEntry['sources']>[number];
type Context = { before: Release | undefined; commits: readonly Commit[]; environment: DeployerEnvironment };

const atOnce = 16;
const mostPerApplication = 10;

/**
 * Adds to each application what its images were built from, so that whoever pushed an image can be told what became of it. The commits say it,
 * and anybody may write a commit: it counts only for a repository that `deployer.yaml` lists, and only where the artifact has that very pin.
 */
export async function withSources(
  release: Release,
  { before, commits, environment }: Context,
  { objects }: Pick<SourcePorts, 'objects'>,
): Promise<Release> {
  const told = commits.flatMap(({ message }) => sourcesIn(message, release.environment, environment));
  const entries = await mapConcurrently(Object.entries(release.applications), atOnce, async ([name, entry]) => {
    const earlier = before?.applications[name];
    // What an unchanged artifact is made of is known: only what a commit changed is read.
    if (earlier?.artifact?.digest === entry.artifact?.digest)
      return [name, withThese(entry, earlier?.sources)] as const;
    const candidates = distinct([...told, ...(earlier?.sources ?? [])]);
    if (entry.artifact === undefined || candidates.length === 0) return [name, entry] as const;
    const text = await textOf(entry.artifact.digest, release.environment, objects);
    const sources = candidates.filter(({ pin }) => text.includes(JSON.stringify(pin))).slice(0, mostPerApplication);
    return [name, withThese(entry, sources)] as const;
  });
  return { ...release, applications: Object.fromEntries(entries) };
}

const withThese = (entry: ReleaseEntry, sources: SourceOfImage[] = []): ReleaseEntry =>
  sources.length === 0 ? entry : { ...entry, sources };

function sourcesIn(message: string, name: string, { applicationRepositories }: DeployerEnvironment): SourceOfImage[] {
  return pinsIn(message, name).flatMap(({ pin, source = '', revision = '' }) => {
    const repository = applicationRepository(source, applicationRepositories);
    return repository !== undefined && /^[0-9a-f]{7,64}$/.test(revision) ? [{ pin, repository, revision }] : [];
  });
}

/** The newest word about each pin. */
const distinct = (sources: readonly SourceOfImage[]) =>
  [...Map.groupBy(sources, ({ pin }) => pin).values()].flatMap(([first]) => first ?? []);

async function textOf(digest: string, environment: string, objects: SourcePorts['objects']): Promise<string> {
  return new TextDecoder().decode(await objects.get(keys.artifact(environment, digest)));
}
