import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../tools/cache.ts';
import { SetupError } from '../tools/setup-error.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/**
 * Synthesizes the CDK app for a `deployer.yaml`, bundles included, as `cdk deploy` would.
 *
 * @param output folder of the cloud assembly
 * @throws SetupError with the CDK's own words
 */
export async function synthesize(deployer: string, output: string): Promise<void> {
  const cdk = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const args = [cdk, 'synth', '--quiet', '--no-notices', '--context', `deployer=${deployer}`, '--output', output];
  const env = {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
    CI: 'true',
    // The CDK keeps its compiled code among the temporary files otherwise, where nobody would remove it.
    NODE_COMPILE_CACHE: join(cacheFolder(), 'node-compile-cache'),
  };
  try {
    await run(process.execPath, args, { cwd: root, env, maxBuffer: 1 << 26 });
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new SetupError(`cdk synth failed:\n${words.trim()}`);
  }
}
