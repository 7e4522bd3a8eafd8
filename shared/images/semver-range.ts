import { compareVersions as compare, comparePrereleases, parseVersion, type Version } from './semver-version.ts';

/**
 * Ranges as Masterminds/semver (Go) reads them, the language of Flux and Helm. Those of the JavaScript library differ (prereleases, commas,
 * partial versions).
 *
 * @see https://github.com/Masterminds/semver#checking-version-constraints
 */
export type SemverRange = { includes(version: Version): boolean };

/** One condition, e.g. `>=1.2`. `parts` is how many of major, minor and patch are given; the rest are 0 in `version`. */
type Constraint = { operator: string; version: Version; parts: 0 | 1 | 2 | 3 };

const space = '[\\t\\n\\f\\r ]';
const versionPattern =
  'v?([0-9xX*]+)(?:\\.([0-9xX*]+))?(?:\\.([0-9xX*]+))?(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?';
const hyphenRange = new RegExp(`(${versionPattern}) - (${versionPattern}) ?`, 'g');
const constraintPattern = new RegExp(`(!=|>=|=>|<=|=<|~>|=|>|<|~|\\^)? ?(${versionPattern})`, 'y');
const separator = / ?, ?| /y;
const limits = { length: 512, alternatives: 32 };

/**
 * @param text conditions separated by spaces or commas must all hold; of the groups separated by `||`, one
 * @returns undefined if Masterminds/semver would not read it
 */
export function parseRange(text: string): SemverRange | undefined {
  if (text.length > limits.length) return undefined;
  const groups = text
    .replace(new RegExp(`${space}+`, 'g'), ' ')
    .replace(hyphenRange, rewriteHyphen)
    .split('||')
    .map((group) => parseGroup(group.trim()));
  if (groups.length > limits.alternatives || !groups.every((group) => group !== undefined)) return undefined;
  return { includes: (version) => groups.some((group) => holds(group, version)) };
}

/** The groups of `versionPattern` count five for each of the two versions. */
function rewriteHyphen(_match: string, from: string, ...rest: string[]): string {
  return `>=${from} <=${rest[4]} `;
}

/** Read by a cursor, not by one expression with repetitions: text from a repository must not make it backtrack without end. */
function parseGroup(group: string): Constraint[] | undefined {
  const constraints: Constraint[] = [];
  let position = 0;
  while (position < group.length) {
    if (constraints.length > 0) position = after(separator, group, position);
    constraintPattern.lastIndex = position < 0 ? group.length : position;
    const match = constraintPattern.exec(group);
    const constraint = match && parseConstraint(match);
    if (!constraint) return undefined;
    constraints.push(constraint);
    position = constraintPattern.lastIndex;
  }
  return constraints.length > 0 ? constraints : undefined;
}

function after(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function parseConstraint([, operator = '', , ...pieces]: RegExpExecArray): Constraint | undefined {
  const numbers = pieces.slice(0, 3);
  const wildcard = numbers.findIndex((number) => number === undefined || /^[xX*]$/.test(number));
  const parts = (wildcard < 0 ? 3 : wildcard) as Constraint['parts'];
  const given = numbers.slice(0, parts);
  if (!given.every((number) => /^[0-9]+$/.test(number ?? ''))) return undefined;
  const core = [0, 1, 2].map((index) => BigInt(given[index] ?? 0)).join('.');
  const version = parseVersion(`${core}${pieces[3] ?? ''}`);
  return version && { operator, version, parts };
}

/** A prerelease counts only where one of the conditions beside it names a prerelease (`>=1.0.0-0` takes them all in). */
function holds(group: Constraint[], version: Version): boolean {
  const prereleases = group.some((constraint) => constraint.version.prerelease.length > 0);
  if (version.prerelease.length > 0 && !prereleases) return false;
  return group.every((constraint) => checks[constraint.operator]?.(version, constraint) ?? false);
}

type Check = (version: Version, constraint: Constraint) => boolean;

const checks: Record<string, Check> = {
  '': (version, constraint) =>
    constraint.parts === 3 ? compare(version, constraint.version) === 0 : isTilde(version, constraint),
  '=': (version, constraint) => checks['']?.(version, constraint) ?? false,
  '!=': isDifferent,
  '>': isGreater,
  '<': (version, constraint) => compare(version, constraint.version) < 0,
  '>=': (version, constraint) => compare(version, constraint.version) >= 0,
  '=>': (version, constraint) => compare(version, constraint.version) >= 0,
  '<=': isAtMost,
  '=<': isAtMost,
  '~': isTilde,
  '~>': isTilde,
  '^': isCaret,
};

/** `!=1.2` excludes every 1.2.x; of `!=1.2.x-beta`, only that prerelease. */
function isDifferent(version: Version, { version: limit, parts }: Constraint): boolean {
  if (parts === 3) return compare(version, limit) !== 0;
  if (version.major !== limit.major) return true;
  if (parts === 1) return false;
  if (version.minor !== limit.minor) return true;
  if (parts === 2) return comparePrereleases(version, limit) !== 0;
  return version.patch !== limit.patch || compare(version, limit) !== 0;
}

/** `>1` begins at 2.0.0 and `>1.2` at 1.3.0. */
function isGreater(version: Version, { version: limit, parts }: Constraint): boolean {
  if (parts === 1) return version.major > limit.major;
  if (parts === 2) return version.major > limit.major || (version.major === limit.major && version.minor > limit.minor);
  return compare(version, limit) > 0;
}

/** `<=1` ends before 2.0.0 and `<=1.2` before 1.3.0. */
function isAtMost(version: Version, { version: limit, parts }: Constraint): boolean {
  if (parts === 3) return compare(version, limit) <= 0;
  if (version.major !== limit.major) return version.major < limit.major;
  return parts === 1 || version.minor <= limit.minor;
}

/** `~1` is any 1.x, `~1.2` any 1.2.x, `~1.2.3` a 1.2.x from 1.2.3 on. `~0.0.0` and `~*` take everything. */
function isTilde(version: Version, { version: limit, parts }: Constraint): boolean {
  if (compare(version, limit) < 0) return false;
  const isZero = limit.major === 0n && limit.minor === 0n && limit.patch === 0n;
  if (isZero && (parts === 3 || parts === 0)) return true;
  return version.major === limit.major && (parts === 1 || version.minor === limit.minor);
}

/** The first number that isn't 0 stays the same: `^1.2.3` is below 2.0.0, `^0.2.3` below 0.3.0, `^0.0.3` is 0.0.3. */
function isCaret(version: Version, { version: limit, parts }: Constraint): boolean {
  if (compare(version, limit) < 0) return false;
  if (limit.major > 0n || parts === 1) return version.major === limit.major;
  if (version.major > 0n) return false;
  if (limit.minor > 0n || parts === 2) return version.minor === limit.minor;
  return version.minor === 0n && version.patch === limit.patch;
}
