import { readFileSync } from 'node:fs';
import type { Deployer } from './deployer.ts';

/**
 * Reads the `deployer.yaml` that `cdk deploy` validated and wrote out as JSON into a layer. It was parsed at the edge, by `infra/`;
 * a second validation here could only disagree with the first.
 */
export function loadDeployer(path: string): Deployer {
  return JSON.parse(readFileSync(path, 'utf8')) as Deployer;
}
