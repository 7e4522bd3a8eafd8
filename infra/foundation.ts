import type { Deployer } from '../shared/config/deployer.ts';
import type { Alerts } from './alerts.ts';
import type { ArtifactBucket } from './artifact-bucket.ts';
import type { ConfigurationLayer } from './configuration-layer.ts';
import type { Installation } from './installation.ts';
import type { StateTable } from './state-table.ts';

/** What every function's construct builds on. */
export type Foundation = {
  deployer: Deployer;
  installation: Installation;
  configuration: ConfigurationLayer;
  state: StateTable;
  artifacts: ArtifactBucket;
  alerts: Alerts;
};

/** What a reconciler builds on. The state and the artifacts may be those of another account. */
export type ReconcilerFoundation = Pick<Foundation, 'installation' | 'configuration' | 'alerts'> & {
  state: Pick<StateTable, 'usedBy'>;
  artifacts: Pick<ArtifactBucket, 'usedBy'>;
};
