import { mapConcurrently } from '../../shared/concurrency.ts';
import { type ImageReference, parseEcrRepository } from '../../shared/images/reference.ts';
import type { Update } from './decide-updates.ts';
import type { UpdaterPorts } from './ports.ts';
import type { Lookup } from './registry-lookup.ts';

/** What an image was built from, as whoever built it wrote on it. */
export type SourceRevision = { revision: string /** The source repository's page. */; url?: string };

type Labels = Record<string, string>;

const atOnce = 16;

/**
 * Adds to each update what the new and the old image were built from, where their labels say so. Labels are a courtesy: an image without them, or a
 * registry that doesn't tell them, stops nothing.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
 */
export async function withSources(
  updates: readonly Update[],
  { lookup, log }: Pick<UpdaterPorts, 'log'> & { lookup: Lookup },
): Promise<Update[]> {
  const known = new Map<string, SourceRevision | undefined>();
  const images = new Map(updates.flatMap(({ pin, previous }) => [pin, previous]).map((image) => [keyOf(image), image]));
  await mapConcurrently([...images], atOnce, async ([key, { repository, digest }]) => {
    const parsed = parseEcrRepository(repository);
    if (parsed === undefined || digest === undefined) return;
    try {
      known.set(key, sourceIn(await lookup.labels(parsed, digest)));
    } catch (error) {
      log.warn('labels of an image could not be read', { repository, digest, error });
    }
  });
  return updates.map((update) => {
    const [source, previousSource] = [known.get(keyOf(update.pin)), known.get(keyOf(update.previous))];
    return { ...update, ...(source && { source }), ...(previousSource && { previousSource }) };
  });
}

const keyOf = ({ repository, digest }: ImageReference) => `${repository}@${digest ?? ''}`;

/** Labels are hostile text: only what is a revision, and an address that a browser may be sent to, is taken. */
function sourceIn(labels: Labels): SourceRevision | undefined {
  const revision = labels['org.opencontainers.image.revision'] ?? '';
  const url = pageOf(labels['org.opencontainers.image.source'] ?? '');
  return /^[0-9a-f]{7,64}$/.test(revision) ? { revision, ...(url !== undefined && { url }) } : undefined;
}

function pageOf(text: string): string | undefined {
  const url = text.length > 300 || /[()|<>`\s]/.test(text) ? null : URL.parse(text.replace(/\.git$/, ''));
  if (url === null || url.protocol !== 'https:' || url.username !== '') return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
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
