import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { type Deployer, deployerSchema } from '../shared/config/deployer.ts';
import { inlineTrust } from '../shared/config/inline-trust.ts';
import { parseConfiguration } from '../shared/config/parse.ts';
import { BadInputError } from '../shared/errors.ts';

/**
 * Reads `deployer.yaml` and the files that it names.
 *
 * @param path of the file, relative to the working folder. Default: `deployer.yaml`, which is beside `cdk.json`
 * @throws BadInputError with one problem per mistake, or one that says how to begin where there is no such file
 */
export function readDeployer(path = 'deployer.yaml'): Deployer {
  return parseConfiguration(read(path), path, schemaFor(dirname(path)));
}

/** What stands in `deployer.yaml`, as an object, with the defaults left out. */
export type DeployerInput = z.input<typeof deployerSchema>;

/**
 * The same of an object, for those who write no file.
 *
 * @throws BadInputError with one problem per mistake
 */
export const deployerFrom = (input: DeployerInput): Deployer =>
  parseConfiguration(JSON.stringify(input), 'deployer', schemaFor('.'));

/** Files that are named are looked for in `folder`. */
const schemaFor = (folder: string) =>
  deployerSchema.transform((deployer, context) =>
    inlineTrust(deployer, { read: (name) => readFileSync(resolve(folder, name), 'utf8'), context }),
  );

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message =
      'cannot be read. Copy examples/deployer.yaml to deployer.yaml beside cdk.json and fill it in, or name another file: cdk synth -c deployer=FILE';
    throw new BadInputError([{ file, message }], { cause: error });
  }
}
