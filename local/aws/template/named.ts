import { TemplateError } from './intrinsics.ts';

/**
 * Finds one by name, by logical id with or without CDK's suffix, or by the only logical id that begins so.
 *
 * @throws TemplateError that names those there are.
 */
export function findNamed<T extends { name: string; logicalId: string }>(
  all: readonly T[],
  name: string,
  kind: string,
): T {
  const names = (one: T) => [one.name, one.logicalId, one.logicalId.replace(/[0-9A-F]{8}$/, '')];
  const exact = all.find((one) => names(one).includes(name));
  const similar = all.filter(({ logicalId }) => logicalId.toLowerCase().startsWith(name.toLowerCase()));
  const found = exact ?? (similar.length === 1 ? similar[0] : undefined);
  if (found === undefined)
    throw new TemplateError(
      `${name} is not one ${kind}; there are ${all.map(({ logicalId }) => logicalId).join(', ')}`,
    );
  return found;
}
