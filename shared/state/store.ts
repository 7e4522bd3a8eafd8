import type { Report, SpentBudget } from './report.ts';
import type { ApplicationState, Attempt, ClusterState, Desired } from './types.ts';

/** `superseded` and `lost` are results, not errors: somebody newer was faster, and that is fine. */
export type WriteResult = 'written' | 'superseded';

/** What `source` keeps. */
export type DesiredStore = {
  /** The environment's next sequence number, from 1, by an atomic add. */
  nextSequence(environment: string): Promise<number>;
  readDesired(environment: string): Promise<Desired | undefined>;
  /** Writes only over a smaller sequence. */
  writeDesired(desired: Desired): Promise<WriteResult>;
  readAttempt(environment: string): Promise<Attempt | undefined>;
  /** Writes over a smaller or equal sequence. */
  writeAttempt(attempt: Attempt): Promise<WriteResult>;
};

/** What `reconciler` keeps. */
export type ApplicationStore = {
  readApplication(environment: string, application: string): Promise<ApplicationState | undefined>;
  listApplications(environment: string): Promise<ApplicationState[]>;
  /** Writes `state` with `version + 1` if the stored version is still `state.version` (0: there is none yet); returns what it wrote. */
  writeApplication(state: ApplicationState): Promise<ApplicationState | 'superseded'>;
  /** Forgets an application whose objects are all gone, if the version is still the same. */
  deleteApplication(state: ApplicationState): Promise<WriteResult>;
};

export type ClusterStore = {
  readCluster(cluster: string): Promise<ClusterState | undefined>;
  /** Endpoint and CA, by `source`; keeps what `writeClusterApis` wrote. */
  writeClusterAddress(
    address: Pick<ClusterState, 'cluster' | 'endpoint' | 'certificateAuthority' | 'describedAt'>,
  ): Promise<void>;
  /** Version and API list, by `reconciler`. */
  writeClusterApis(apis: { cluster: string; version: string; apiVersions: string[] }): Promise<void>;
};

/** What `reporter` keeps. */
export type ReportStore = {
  readReport(environment: string): Promise<Report | undefined>;
  /** Writes `report` with `version + 1` if the stored version is still `report.version` (0: there is none yet). */
  writeReport(report: Report): Promise<WriteResult>;
};

export type BudgetStore = {
  readBudget(owner: string): Promise<SpentBudget | undefined>;
  /** As `writeReport`. */
  writeBudget(budget: SpentBudget): Promise<WriteResult>;
};

export type StateStore = DesiredStore & ApplicationStore & ClusterStore & ReportStore & BudgetStore;
