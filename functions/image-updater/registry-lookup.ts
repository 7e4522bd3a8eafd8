import type { ImageRepository, ImageVersion, Registry } from '../../shared/images/ports.ts';
import { formatEcrRepository } from '../../shared/images/reference.ts';

/** The registry's answers within one batch: a burst of pushes asks once for each repository. */
export type Lookup = {
  versions(repository: ImageRepository): Promise<ImageVersion[] | undefined>;
  platforms: Registry['platforms'];
  labels: Registry['labels'];
  /** Asks until the registry has one of the tags, or for the last time. @returns the tags that it has */
  waitFor(repository: ImageRepository, tags: readonly string[]): Promise<string[]>;
  /** Time has passed: the registry is to be asked again. */
  forget(): void;
};

const waitsInMilliseconds = [500, 1500];

/** @param sleep milliseconds */
export function createLookup(registry: Registry, sleep: (milliseconds: number) => Promise<unknown>): Lookup {
  const answers = new Map<string, ReturnType<Registry['versions']>>();

  const ask = (repository: ImageRepository) => {
    const answer = registry.versions(repository);
    answers.set(formatEcrRepository(repository), answer);
    return answer;
  };
  const versions: Lookup['versions'] = (repository) => answers.get(formatEcrRepository(repository)) ?? ask(repository);

  async function present(repository: ImageRepository, tags: readonly string[]): Promise<string[]> {
    const known = new Set((await versions(repository))?.map(({ tag }) => tag));
    return tags.filter((tag) => known.has(tag));
  }

  return {
    versions,
    forget: () => answers.clear(),
    platforms: (repository, digest) => registry.platforms(repository, digest),
    labels: (repository, digest) => registry.labels(repository, digest),
    async waitFor(repository, tags) {
      let found = await present(repository, tags);
      for (const wait of waitsInMilliseconds) {
        if (found.length === tags.length) return found;
        await sleep(wait);
        await ask(repository);
        found = await present(repository, tags);
      }
      return found;
    },
  };
}
