import { posix } from 'node:path';
import { type Environment, environmentSchema, type ImageRule } from '../../shared/config/environment.ts';
import { parseConfiguration } from '../../shared/config/parse.ts';
import { isAllowedRepository } from '../../shared/images/allowed.ts';
import type { ImageRepository } from '../../shared/images/ports.ts';
import { isSameRepository, parseEcrRepository } from '../../shared/images/reference.ts';
import type { Problem } from '../../shared/problem.ts';
import type { TargetEnvironment } from './target-branches.ts';

export type EnvironmentRules = {
  rules: ImageRule[];
  /** Also those that aren't looked at now. */
  every: ImageRule[];
  /** Rules that aren't followed, and why. */
  notes: Problem[];
  /** Whether nobody can tell what is wanted, or nothing is to be touched: the file is broken, or the environment is suspended. */
  isUndecided: boolean;
};

/**
 * The image rules of an environment that are to be looked at now, within the limits of `deployer.yaml`.
 *
 * @throws BadInputError if its `environment.yaml` can't be read
 */
export function rulesOf(target: TargetEnvironment, files: ReadonlyMap<string, Uint8Array>): EnvironmentRules {
  const file = posix.join(target.settings.path, 'environment.yaml');
  const config = parseConfiguration(new TextDecoder().decode(files.get(file)), file, environmentSchema);
  const judged = config.images.map((rule, index) => ({ rule, index, reason: reasonAgainst(rule, config, target) }));
  const wanted = judged.filter(({ rule }) => isWanted(rule, target.wanted));
  return {
    rules: wanted.filter(({ reason }) => reason === undefined).map(({ rule }) => rule),
    every: config.images,
    isUndecided: config.suspend === true,
    notes: wanted.flatMap(({ index, reason }) =>
      reason === undefined ? [] : [{ file, field: `images[${index}]`, message: reason }],
    ),
  };
}

function isWanted({ repository }: ImageRule, wanted: ImageRepository[] | 'all'): boolean {
  const parsed = parseEcrRepository(repository);
  return wanted === 'all' || (parsed !== undefined && wanted.some((one) => isSameRepository(one, parsed)));
}

function reasonAgainst(
  { repository, suspend }: ImageRule,
  config: Environment,
  { name, settings }: TargetEnvironment,
): string | undefined {
  if (config.suspend === true) return `${repository} is left alone: the environment ${name} is suspended`;
  if (suspend) return `${repository} is left alone: it is suspended`;
  if (isAllowedRepository(repository, settings.images)) return undefined;
  return `${repository} is left alone: deployer.yaml doesn't list it under environments.${name}.images (${settings.images.join(', ') || 'nothing is listed'})`;
}
