import type { Deployer } from '../shared/config/deployer.ts';
import type { Alerts } from './alerts.ts';
import type { ArtifactBucket } from './artifact-bucket.ts';
import type { ConfigurationLayer } from './configuration-layer.ts';
import type { StateTable } from './state-table.ts';

/** What every function's construct builds on. */
export type Foundation = {
  deployer: Deployer;
  configuration: ConfigurationLayer;
  state: StateTable;
  artifacts: ArtifactBucket;
  alerts: Alerts;
};
