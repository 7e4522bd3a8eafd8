import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SetupError } from '../tools/setup-error.ts';
import { type Component, components, versions } from './versions.ts';

/**
 * The programs in the folder that `KUBEBUILDER_ASSETS` names, as the tools around controller-runtime have it. It usually
 * holds only etcd, kube-apiserver and kubectl.
 *
 * @throws SetupError if its kube-apiserver is of another minor version than the controllers that would run beside it.
 */
export async function fromAssetsFolder(env: NodeJS.ProcessEnv): Promise<Partial<Record<Component, string>>> {
  const folder = env.KUBEBUILDER_ASSETS;
  if (folder === undefined || folder === '') return {};
  const present = await Promise.all(components.map((component) => isExecutable(join(folder, component))));
  const names = components.filter((_, index) => present[index]);
  const found = Object.fromEntries(names.map((name) => [name, join(folder, name)]));
  if (!names.includes('kube-controller-manager') || !names.includes('kube-scheduler')) await checkSkew(found);
  return found;
}

/** Controllers must not be newer than the API server. @see https://kubernetes.io/releases/version-skew-policy/ */
async function checkSkew({ 'kube-apiserver': apiServer }: Partial<Record<Component, string>>): Promise<void> {
  if (apiServer === undefined) return;
  const { stdout } = await promisify(execFile)(apiServer, ['--version'], { timeout: 20_000 }).catch((cause: Error) => {
    throw new SetupError(`${apiServer}, which KUBEBUILDER_ASSETS points to, does not run: ${cause.message}`, { cause });
  });
  if (minorOf(stdout) === minorOf(versions.kubernetes)) return;
  throw new SetupError(
    `${apiServer}, which KUBEBUILDER_ASSETS points to, is ${stdout.trim()}, but the controllers that would run beside it ` +
      `are ${versions.kubernetes}. Unset KUBEBUILDER_ASSETS, or point it to ${minorOf(versions.kubernetes)}.`,
  );
}

function minorOf(version: string): string | undefined {
  return version.match(/v\d+\.\d+/)?.[0];
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
