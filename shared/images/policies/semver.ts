import { parseRange } from '../semver-range.ts';
import { compareVersions, parseVersion, type Version } from '../semver-version.ts';
import type { Kind } from './ordering.ts';

/** The greatest version in a range. One outside of it can still be compared. */
export function semverKind({ range: text }: { range: string }): Kind<Version> {
  const range = parseRange(text);
  return {
    description: `the range "${text}"`,
    compare: compareVersions,
    read(tag) {
      const version = parseVersion(tag);
      if (version === undefined) return { excluded: 'is not a semantic version' };
      if (range === undefined) return { excluded: `can't be compared: "${text}" is not a version range` };
      return range.includes(version) ? { key: version } : { key: version, excluded: `is outside the range "${text}"` };
    },
  };
}
