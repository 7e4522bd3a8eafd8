import { compare, parse, type SemVer } from 'semver';
import { parseRange } from '../semver-range.ts';
import type { Kind } from './ordering.ts';

/** The greatest version in a range. One outside of it can still be compared. */
export function semverKind({ range: text }: { range: string }): Kind<SemVer> {
  const range = parseRange(text);
  return {
    description: `the range "${text}"`,
    compare,
    read(tag) {
      const version = parse(tag);
      if (version === null) return { excluded: 'is not a semantic version' };
      if (range === undefined) return { excluded: `can't be compared: "${text}" is not a version range` };
      return range.includes(version) ? { key: version } : { key: version, excluded: `is outside the range "${text}"` };
    },
  };
}
