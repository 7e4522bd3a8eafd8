import { matchesWildcard } from '../wildcard.ts';

/**
 * Whether `deployer.yaml` lets an environment take images from a repository (`registry/name`, without tag).
 *
 * @param patterns names in which `*` stands for any number of characters, also `/`
 */
export const isAllowedRepository = (repository: string, patterns: readonly string[]) =>
  patterns.some((pattern) => matchesWildcard(repository, pattern));
