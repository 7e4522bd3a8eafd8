import { mapConcurrently } from '../../shared/concurrency.ts';
import type { DeployerEnvironment } from '../../shared/config/deployer.ts';
import { applicationRepository } from '../../shared/git/application-repository.ts';
import { type ImageReference, parseEcrRepository } from '../../shared/images/reference.ts';
import type { Update } from './decide-updates.ts';
import type { UpdaterPorts } from './ports.ts';
import type { Lookup } from './registry-lookup.ts';
import type { TargetBranch } from './target-branches.ts';

/** What an image was built from, as whoever built it wrote on it. */
export type SourceRevision = { revision: string /** The source repository's page. */; url?: string };

type Labels = Record<string, string>;
type Asking = Pick<UpdaterPorts, 'log'> & { lookup: Lookup; environments: TargetBranch['environments'] };

const atOnce = 16;

/**
 * Adds to each update what the new and the old image were built from, where their labels say so; the repository only if the environment's
 * `applicationRepositories` list it. Labels are a courtesy: an image without them, or a registry that doesn't tell them, stops nothing.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
 */
export async function withSources(
  updates: readonly Update[],
  { lookup, log, environments }: Asking,
): Promise<Update[]> {
  const known = new Map<string, Labels>();
  const images = new Map(updates.flatMap(({ pin, previous }) => [pin, previous]).map((image) => [keyOf(image), image]));
  await mapConcurrently([...images], atOnce, async ([key, { repository, digest }]) => {
    const parsed = parseEcrRepository(repository);
    if (parsed === undefined || digest === undefined) return;
    try {
      known.set(key, await lookup.labels(parsed, digest));
    } catch (error) {
      log.warn('labels of an image could not be read', { repository, digest, error });
    }
  });
  const settings = new Map(environments.map((environment) => [environment.name, environment.settings]));
  return updates.map((update) => {
    const sourceOf = (image: ImageReference) => sourceIn(known.get(keyOf(image)), settings.get(update.environment));
    const [source, previousSource] = [sourceOf(update.pin), sourceOf(update.previous)];
    return { ...update, ...(source && { source }), ...(previousSource && { previousSource }) };
  });
}

const keyOf = ({ repository, digest }: ImageReference) => `${repository}@${digest ?? ''}`;

/** Labels are hostile text: only what is a revision, and a repository that is listed, is taken. */
function sourceIn(labels: Labels = {}, settings?: DeployerEnvironment): SourceRevision | undefined {
  const revision = labels['org.opencontainers.image.revision'] ?? '';
  const source = labels['org.opencontainers.image.source'] ?? '';
  const url = applicationRepository(source, settings?.applicationRepositories ?? []);
  return /^[0-9a-f]{7,64}$/.test(revision) ? { revision, ...(url !== undefined && { url }) } : undefined;
}

type Sources = Pick<Update, 'source' | 'previousSource'>;

/** Where the difference between the two revisions is shown, or the new one alone; `/-/` is GitLab's. */
export function linkOf({ source, previousSource }: Sources): string | undefined {
  if (source?.url === undefined) return undefined;
  const page = /^https:\/\/[^/]*gitlab/.test(source.url) ? `${source.url}/-` : source.url;
  if (previousSource?.url !== source.url || previousSource.revision === source.revision)
    return `${page}/commit/${source.revision}`;
  return `${page}/compare/${previousSource.revision}...${source.revision}`;
}
