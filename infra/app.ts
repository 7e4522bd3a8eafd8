import { App } from 'aws-cdk-lib';
import { BadInputError } from '../shared/errors.ts';
import { readDeployer } from './read-deployer.ts';
import { createStacks } from './stacks.ts';

/** `cdk synth`, `cdk deploy --all`: the stacks of `deployer.yaml` (another file: `-c deployer=FILE`). */
const app = new App({ analyticsReporting: false });
try {
  createStacks(app, readDeployer(app.node.tryGetContext('deployer')));
} catch (error) {
  if (!(error instanceof BadInputError)) throw error;
  console.error(error.message);
  process.exit(1);
}
