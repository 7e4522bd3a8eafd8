import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Deployer } from '../shared/config/deployer.ts';
import { variables } from '../shared/environment-variables.ts';
import type { NodeFunction } from './node-function.ts';

/**
 * `deployer.yaml` as it was validated, with its defaults, as a file that functions read. Environment variables would be too small for it
 * (4 KB), and a parameter would have to be fetched, which a function without internet can't.
 */
export class ConfigurationLayer extends Construct {
  private readonly layer: LayerVersion;

  constructor(scope: Construct, deployer: Deployer) {
    super(scope, 'Configuration');
    // CDK copies the folder while the layer is constructed, so it can go right after.
    const folder = writeFolder(deployer);
    try {
      this.layer = new LayerVersion(this, 'Layer', {
        code: Code.fromAsset(folder),
        description: 'deployer.yaml of Plumbline, validated',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  readBy(fn: NodeFunction): void {
    fn.lambda.addLayers(this.layer);
    fn.setVariable(variables.configurationFile, '/opt/plumbline/deployer.json');
  }
}

function writeFolder(deployer: Deployer): string {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-configuration-'));
  mkdirSync(join(folder, 'plumbline'));
  writeFileSync(join(folder, 'plumbline', 'deployer.json'), `${JSON.stringify(deployer, undefined, 2)}\n`);
  return folder;
}
