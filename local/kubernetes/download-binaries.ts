import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackTarGz } from '../tools/archive.ts';
import { type CacheEntry, cached, findCached } from '../tools/cache.ts';
import { type Checksum, type Download, verifyChecksum } from '../tools/download.ts';
import { platformName } from '../tools/platform.ts';
import { SetupError } from '../tools/setup-error.ts';
import type { BinariesSettings } from './binaries.ts';
import { type Binaries, type Component, components, versions } from './versions.ts';

/** The programs that an earlier run downloaded. */
export async function findDownloaded(settings: BinariesSettings): Promise<Binaries | undefined> {
  const folder = await findCached(entryOf(settings));
  return folder === undefined ? undefined : binariesIn(folder);
}

/**
 * Downloads what the projects publish, each file checked against its published checksum.
 *
 * @throws SetupError if one of them can't be had. Controllers are published for Linux only.
 */
export async function downloadBinaries(settings: BinariesSettings): Promise<Binaries> {
  const { platform, progress } = settings;
  if (platform.os !== 'linux') throw new SetupError('kube-controller-manager is published for Linux only');
  const folder = await cached(entryOf(settings), (draft) =>
    progress('Downloading the programs of a local Kubernetes cluster', async (say) => {
      for (const component of components) {
        say(component);
        await writeFile(join(draft, component), await downloadOne(component, settings), { mode: 0o755 });
      }
    }),
  );
  return binariesIn(folder);
}

/** The paths of all programs in a folder that has them all. */
export function binariesIn(folder: string): Binaries {
  return Object.fromEntries(components.map((component) => [component, join(folder, component)])) as Binaries;
}

function entryOf({ env, platform }: BinariesSettings): CacheEntry {
  const { kubernetes, etcd, kwok } = versions;
  const key = `downloaded-${kubernetes}-etcd-${etcd}-kwok-${kwok}-${platformName(platform)}`;
  return { kind: 'kubernetes', key, env };
}

function downloadOne(component: Component, settings: BinariesSettings): Promise<Uint8Array> {
  if (component === 'etcd') return downloadEtcd(settings);
  if (component === 'kwok') return downloadKwok(settings);
  return downloadKubernetes(component, settings);
}

/** @see https://kubernetes.io/releases/download/ */
async function downloadKubernetes(component: Component, { download, platform }: BinariesSettings): Promise<Uint8Array> {
  const url = `https://dl.k8s.io/release/${versions.kubernetes}/bin/${platform.os}/${platform.architecture}/${component}`;
  const published = await download(`${url}.sha256`);
  const bytes = await download(url);
  verifyChecksum(bytes, { algorithm: 'sha256', hex: published.toString('utf8').trim() }, url);
  return bytes;
}

async function downloadEtcd({ download, platform }: BinariesSettings): Promise<Uint8Array> {
  const asset = `etcd-${versions.etcd}-${platformName(platform)}.tar.gz`;
  const { url, bytes } = await downloadReleaseAsset({ download, project: 'etcd-io/etcd', tag: versions.etcd, asset });
  return (await unpackTarGz(bytes, ['etcd'], url)).get('etcd') as Uint8Array;
}

async function downloadKwok({ download, platform }: BinariesSettings): Promise<Uint8Array> {
  const asset = `kwok-${platformName(platform)}`;
  return (await downloadReleaseAsset({ download, project: 'kubernetes-sigs/kwok', tag: versions.kwok, asset })).bytes;
}

type ReleaseAsset = { download: Download; project: string; tag: string; asset: string };

/** GitHub computes a digest of every asset when it is uploaded. @see https://docs.github.com/en/rest/releases/releases */
async function downloadReleaseAsset(wanted: ReleaseAsset): Promise<{ url: string; bytes: Buffer }> {
  const { download, project, tag, asset } = wanted;
  const release = await download(`https://api.github.com/repos/${project}/releases/tags/${tag}`);
  const url = `https://github.com/${project}/releases/download/${tag}/${asset}`;
  const checksum = checksumOf(release, asset, url);
  const bytes = await download(url);
  verifyChecksum(bytes, checksum, url);
  return { url, bytes };
}

function checksumOf(release: Buffer, asset: string, url: string): Checksum {
  const { assets = [] } = JSON.parse(release.toString('utf8')) as {
    assets?: { name: string; digest?: string | null }[];
  };
  const digest = assets.find(({ name }) => name === asset)?.digest;
  if (!digest?.startsWith('sha256:')) throw new SetupError(`${url} has no published checksum: it is not used`);
  return { algorithm: 'sha256', hex: digest.slice('sha256:'.length) };
}
