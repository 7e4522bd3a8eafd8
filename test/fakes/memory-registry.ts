import type { ImageRepository, ImageVersion, Registry } from '../../shared/images/ports.ts';
import { formatEcrRepository } from '../../shared/images/reference.ts';

export type MemoryRegistry = Registry & {
  /** Makes a repository, if there is none, and puts a version into it; an equal tag is taken from the version that had it. */
  push(repository: ImageRepository, version?: ImageVersion, labels?: Record<string, string>): void;
  /** Every question so far, as `registry/name`. */
  asked: string[];
};

/** The registry of tests: the same contract as ECR's (`test/contracts/registry.ts`). */
export function createMemoryRegistry(): MemoryRegistry {
  const repositories = new Map<string, ImageVersion[]>();
  const written = new Map<string, Record<string, string>>();
  const asked: string[] = [];
  return {
    asked,
    async versions(repository) {
      const name = formatEcrRepository(repository);
      asked.push(name);
      return repositories.get(name)?.map(({ platforms: _, ...version }) => version);
    },
    async platforms(repository, digest) {
      const versions = repositories.get(formatEcrRepository(repository)) ?? [];
      return versions.find((version) => version.digest === digest)?.platforms ?? [];
    },
    labels: async (repository, digest) => written.get(`${formatEcrRepository(repository)}@${digest}`) ?? {},
    push(repository, version, labels = {}) {
      const name = formatEcrRepository(repository);
      const others = (repositories.get(name) ?? []).filter(({ tag }) => tag !== version?.tag);
      if (version !== undefined) written.set(`${name}@${version.digest}`, labels);
      repositories.set(name, version === undefined ? others : [...others, version]);
    },
  };
}
