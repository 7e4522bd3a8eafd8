import type { Report, SpentBudget } from '../../shared/state/report.ts';
import type { StateStore, WriteResult } from '../../shared/state/store.ts';
import type { ApplicationState, Attempt, ClusterState, Desired } from '../../shared/state/types.ts';

/** The state store of tests: the same contract as the table's (`test/contracts/state-store.ts`), in maps. */
export function createMemoryStateStore(): StateStore {
  const sequences = new Map<string, number>();
  const desired = new Map<string, Desired>();
  const attempts = new Map<string, Attempt>();
  const applications = new Map<string, ApplicationState>();
  const addresses = new Map<string, Omit<ClusterState, 'version' | 'apiVersions'>>();
  const budgets = new Map<string, SpentBudget>();
  const reports = new Map<string, Report>();
  const apis = new Map<string, Pick<ClusterState, 'version' | 'apiVersions'>>();
  const keyOf = (environment: string, application: string) => `${environment}/${application}`;

  return {
    async nextSequence(environment) {
      const next = (sequences.get(environment) ?? 0) + 1;
      sequences.set(environment, next);
      return next;
    },
    readDesired: async (environment) => desired.get(environment),
    async writeDesired(next) {
      const stored = desired.get(next.environment);
      return writeIf(stored === undefined || stored.sequence < next.sequence, () =>
        desired.set(next.environment, next),
      );
    },
    readAttempt: async (environment) => attempts.get(environment),
    async writeAttempt(next) {
      const stored = attempts.get(next.environment);
      return writeIf(stored === undefined || stored.sequence <= next.sequence, () =>
        attempts.set(next.environment, next),
      );
    },
    readApplication: async (environment, application) =>
      structuredClone(applications.get(keyOf(environment, application))),
    listApplications: async (environment) =>
      structuredClone([...applications.values()].filter((state) => state.environment === environment)),
    async writeApplication(state) {
      const key = keyOf(state.environment, state.application);
      if ((applications.get(key)?.version ?? 0) !== state.version) return 'superseded';
      const written = structuredClone({ ...state, version: state.version + 1 });
      applications.set(key, written);
      return structuredClone(written);
    },
    async deleteApplication(state) {
      const key = keyOf(state.environment, state.application);
      return writeIf(applications.get(key)?.version === state.version, () => applications.delete(key));
    },
    readReport: async (environment) => structuredClone(reports.get(environment)),
    writeReport: async (report) =>
      writeIf((reports.get(report.environment)?.version ?? 0) === report.version, () =>
        reports.set(report.environment, structuredClone({ ...report, version: report.version + 1 })),
      ),
    readBudget: async (owner) => structuredClone(budgets.get(owner)),
    writeBudget: async (budget) =>
      writeIf((budgets.get(budget.owner)?.version ?? 0) === budget.version, () =>
        budgets.set(budget.owner, structuredClone({ ...budget, version: budget.version + 1 })),
      ),
    async readCluster(cluster) {
      const address = addresses.get(cluster);
      return address === undefined ? undefined : { ...address, ...apis.get(cluster) };
    },
    async writeClusterAddress(address) {
      addresses.set(address.cluster, address);
    },
    async writeClusterApis({ cluster, version, apiVersions }) {
      apis.set(cluster, { version, apiVersions });
    },
  };
}

function writeIf(condition: boolean, write: () => unknown): WriteResult {
  if (condition) write();
  return condition ? 'written' : 'superseded';
}
