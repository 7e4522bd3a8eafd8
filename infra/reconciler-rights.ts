import { keys } from '../shared/artifacts/keys.ts';
import { clusterKey, environmentKey, pullRequestsKey, successKey } from '../shared/state/keys.ts';
import type { TableAction } from './state-table.ts';

/** What one reconciler may do with the state and the artifacts: for its role, and for the policies of what stands in another account. */
export type ReconcilerRights = {
  state: { actions: TableAction[]; partitions: string[] }[];
  /** Patterns of keys. */
  read: string[];
  write: string[];
};

/** It reads and writes nothing of environments that are deployed to other clusters. */
export function reconcilerRights(cluster: string, environments: string[]): ReconcilerRights {
  const inventories = environments.map((environment) => keys.inventory(environment, '*', '*'));
  const plans = environments.map((environment) => keys.plan(environment, '*', '*'));
  const released = environments.flatMap((environment) => [
    keys.artifact(environment, '*'),
    keys.release(environment, '*'),
  ]);
  return {
    state: [
      { actions: ['GetItem', 'PutItem', 'DeleteItem'], partitions: environments.map(environmentKey) },
      { actions: ['GetItem', 'UpdateItem'], partitions: environments.map(pullRequestsKey) },
      { actions: ['PutItem'], partitions: environments.map(successKey) },
      { actions: ['GetItem', 'PutItem'], partitions: [clusterKey(cluster)] },
    ],
    read: [...released, ...inventories],
    write: [...inventories, ...plans],
  };
}
