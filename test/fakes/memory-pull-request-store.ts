import type { PullRequestPlace, PullRequestState, PullRequestStore } from '../../shared/state/pull-request.ts';
import type { WriteResult } from '../../shared/state/store.ts';

/** The store of tests: the same contract as the table's (`test/contracts/pull-request-store.ts`), in a map. */
export function createMemoryPullRequestStore(): PullRequestStore {
  const states = new Map<string, PullRequestState>();
  const keyOf = ({ environment, number }: Pick<PullRequestPlace, 'environment' | 'number'>) =>
    `${environment}#${number}`;
  const atPlace = (place: PullRequestPlace) => {
    const state = states.get(keyOf(place));
    return state?.sequence === place.sequence ? state : undefined;
  };

  return {
    listPullRequests: async (environment) =>
      structuredClone([...states.values()].filter((state) => state.environment === environment)),
    readPullRequest: async (environment, number) => structuredClone(states.get(keyOf({ environment, number }))),
    async writePullRequest(next) {
      const stored = states.get(keyOf(next));
      if (stored !== undefined && stored.sequence > next.sequence) return 'superseded';
      states.set(keyOf(next), structuredClone(next));
      return 'written';
    },
    async notePlan({ environment, number, id, application, outcome }) {
      const state = states.get(keyOf({ environment, number }));
      if (state?.asked?.id !== id) return 'superseded';
      state.asked.done[application] = outcome;
      return 'written';
    },
    deletePullRequest: async (place): Promise<WriteResult> =>
      atPlace(place) !== undefined && states.delete(keyOf(place)) ? 'written' : 'superseded',
  };
}
