import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Deployer, deployerSchema } from '../shared/config/deployer.ts';
import { inlineTrust } from '../shared/config/inline-trust.ts';
import { parseConfiguration } from '../shared/config/parse.ts';
import { BadInputError } from '../shared/errors.ts';
import { projectRoot } from './project-root.ts';

/**
 * Reads `deployer.yaml` and the files that it names.
 *
 * @param path of the file, relative to the working folder. Default: `deployer.yaml` beside `cdk.json`
 * @throws BadInputError with one problem per mistake, or one that says how to begin where there is no such file
 */
export function readDeployer(path?: string): Deployer {
  const file = path ?? resolve(projectRoot, 'deployer.yaml');
  const readBeside = (name: string) => readFileSync(resolve(dirname(file), name), 'utf8');
  const schema = deployerSchema.transform((deployer, context) => inlineTrust(deployer, { read: readBeside, context }));
  return parseConfiguration(read(file, path ?? 'deployer.yaml'), path ?? 'deployer.yaml', schema);
}

function read(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message =
      'cannot be read. Copy examples/deployer.yaml to deployer.yaml beside cdk.json and fill it in, or name another file: cdk synth -c deployer=FILE';
    throw new BadInputError([{ file: name, message }], { cause: error });
  }
}
