import { App } from 'aws-cdk-lib';
import { BadInputError } from '../shared/errors.ts';
import { PlumblineStack } from './plumbline-stack.ts';
import { readDeployer } from './read-deployer.ts';

/** `cdk synth`, `cdk deploy`: one stack, made of `deployer.yaml` (another file: `-c deployer=FILE`). */
const app = new App({ analyticsReporting: false });
try {
  new PlumblineStack(app, 'Plumbline', { deployer: readDeployer(app.node.tryGetContext('deployer')) });
} catch (error) {
  if (!(error instanceof BadInputError)) throw error;
  console.error(error.message);
  process.exit(1);
}
