/** A semantic version. Its numbers are exact at any length, so that a timestamp with milliseconds stays one. */
export type Version = { major: bigint; minor: bigint; patch: bigint; prerelease: readonly string[] };

const number = '(0|[1-9]\\d*)';
const identifier = '(?:0|[1-9]\\d*|\\d*[A-Za-z-][0-9A-Za-z-]*)';
const build = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const pattern = new RegExp(
  `^v?${number}\\.${number}\\.${number}(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+${build})?$`,
);

/** Go's. */
const largest = 2n ** 64n - 1n;

/**
 * Reads a whole version, also with a `v` before it, as Flux does.
 *
 * @returns undefined if it is none
 * @see https://semver.org/#backusnaur-form-grammar-for-valid-semver-versions
 */
export function parseVersion(text: string): Version | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [major = 0n, minor = 0n, patch = 0n] = match.slice(1, 4).map(BigInt);
  const isTooLarge = [major, minor, patch].some((part) => part > largest);
  return isTooLarge ? undefined : { major, minor, patch, prerelease: match[4]?.split('.') ?? [] };
}

const order = <Value extends bigint | string | number>(one: Value, other: Value) =>
  one === other ? 0 : one > other ? 1 : -1;

/** Positive if `one` is newer. Build metadata says nothing. @see https://semver.org/#spec-item-11 */
export const compareVersions = (one: Version, other: Version): number =>
  order(one.major, other.major) ||
  order(one.minor, other.minor) ||
  order(one.patch, other.patch) ||
  comparePrereleases(one, other);

/** A version without a prerelease is newer than with one. */
export function comparePrereleases({ prerelease: one }: Version, { prerelease: other }: Version): number {
  if (one.length === 0 || other.length === 0) return order(other.length, one.length);
  const difference = one.map((identifier, index) => compareIdentifiers(identifier, other[index]));
  return difference.find((found) => found !== 0) ?? order(one.length, other.length);
}

function compareIdentifiers(one: string, other: string | undefined): number {
  if (other === undefined) return 1;
  const [isNumber, isOtherNumber] = [one, other].map((text) => /^\d+$/.test(text));
  if (isNumber && isOtherNumber) return order(BigInt(one), BigInt(other));
  return isNumber === isOtherNumber ? order(one, other) : isNumber ? -1 : 1;
}
