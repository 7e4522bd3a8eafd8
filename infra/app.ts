import { App } from 'aws-cdk-lib';
import { BadInputError } from '../shared/errors.ts';
import { PlumblineStack } from './plumbline-stack.ts';
import { readDeployer } from './read-deployer.ts';
import { createRegistryStacks } from './registry-stack.ts';

/** `cdk synth`, `cdk deploy`: the stack, and one for each registry elsewhere, made of `deployer.yaml` (another file: `-c deployer=FILE`). */
const app = new App({ analyticsReporting: false });
try {
  const deployer = readDeployer(app.node.tryGetContext('deployer'));
  new PlumblineStack(app, 'Plumbline', { deployer });
  createRegistryStacks(app, deployer);
} catch (error) {
  if (!(error instanceof BadInputError)) throw error;
  console.error(error.message);
  process.exit(1);
}
