import type { Tracked } from '../../../../shared/images/edit/tracked.ts';

/** Looks for repositories, and for whatever else is given. */
export const tracking = (repositories: Iterable<string>, more: Partial<Tracked> = {}): Tracked => ({
  repositories: new Set(repositories),
  markers: new Map(),
  values: [],
  ...more,
});
