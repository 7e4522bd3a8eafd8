import type { Release, ReleaseEntry } from '../../../shared/artifacts/release.ts';
import type { Problem } from '../../../shared/problem.ts';
import { changedApplications } from '../decide.ts';

export type Comparison = {
  /** The cluster is asked what would become of these. */
  asked: string[];
  /** How many more would change. */
  left: number;
  /** How many stay as they are. */
  unchanged: number;
  /** Why others could not be rendered. */
  problems: Problem[];
};

/** So many applications of one pull request are planned. */
const mostApplications = 100;

/** What differs from what the branch runs. What was broken there already, and in the same way, is no fault of the pull request. */
export function compareReleases(before: Release | undefined, after: Release): Comparison {
  const broken = Object.entries(after.applications).filter(([name, entry]) =>
    isBroken(entry, before?.applications[name]),
  );
  const names = new Set(broken.map(([name]) => name));
  const changed = changedApplications(before, after)
    .filter((name) => !names.has(name))
    .sort();
  return {
    asked: changed.slice(0, mostApplications),
    left: Math.max(0, changed.length - mostApplications),
    unchanged: Object.keys(after.applications).filter((name) => !names.has(name) && !changed.includes(name)).length,
    problems: broken.flatMap(([, { problems }]) => problems),
  };
}

const isBroken = (entry: ReleaseEntry, before: ReleaseEntry | undefined) =>
  entry.problems.length > 0 && (entry.inputs === '' || entry.inputs !== before?.inputs);
