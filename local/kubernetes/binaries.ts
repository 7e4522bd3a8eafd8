import { createDownload, type Download } from '../tools/download.ts';
import { currentPlatform, type Platform } from '../tools/platform.ts';
import { createProgress, type Progress } from '../tools/progress.ts';
import { SetupError } from '../tools/setup-error.ts';
import { fromAssetsFolder } from './assets-folder.ts';
import { buildBinaries, findBuilt } from './build-binaries.ts';
import { downloadBinaries, findDownloaded } from './download-binaries.ts';
import { type Binaries, type Component, components } from './versions.ts';

export type BinariesOptions = {
  env?: NodeJS.ProcessEnv;
  platform?: Platform;
  download?: Download;
  progress?: Progress;
};

export type BinariesSettings = Required<BinariesOptions>;

/**
 * Finds the programs of a local cluster, by the first of these that has them: the folder that `KUBEBUILDER_ASSETS`
 * names (what it lacks comes from the next), the cache, official downloads (some 200 MB), a build from their Go modules
 * (some 6 minutes on two cores, once).
 *
 * @throws SetupError that names what to install if none of them can be had.
 */
export async function ensureBinaries(options: BinariesOptions = {}): Promise<Binaries> {
  const settings: BinariesSettings = {
    env: process.env,
    platform: currentPlatform(),
    download: createDownload(),
    progress: createProgress(),
    ...options,
  };
  const found = await fromAssetsFolder(settings.env);
  if (isComplete(found)) return found;
  return { ...(await findOrMakeAll(settings)), ...found };
}

async function findOrMakeAll(settings: BinariesSettings): Promise<Binaries> {
  const cached = (await findDownloaded(settings)) ?? (await findBuilt(settings));
  if (cached !== undefined) return cached;
  try {
    return await downloadBinaries(settings);
  } catch (notDownloaded) {
    return buildBinaries(settings).catch((notBuilt) => {
      throw neitherWay(notDownloaded, notBuilt);
    });
  }
}

function neitherWay(notDownloaded: unknown, notBuilt: unknown): SetupError {
  const [download, build] = [notDownloaded, notBuilt].map((error) => (error instanceof Error ? error.message : error));
  return new SetupError(
    `The programs of a local Kubernetes cluster could neither be downloaded nor built.\nDownload: ${download}\nBuild: ${build}`,
    { cause: notBuilt },
  );
}

function isComplete(found: Partial<Record<Component, string>>): found is Binaries {
  return components.every((component) => found[component] !== undefined);
}
