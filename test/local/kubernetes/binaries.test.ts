import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ensureBinaries } from '../../../local/kubernetes/binaries.ts';
import { type Component, components, versions } from '../../../local/kubernetes/versions.ts';
import { silently } from '../../../local/tools/progress.ts';
import { SetupError } from '../../../local/tools/setup-error.ts';
import { temporaryFolder } from '../tools/temporary.ts';

const linux = { os: 'linux', architecture: 'arm64' };
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const offline = async (url: string): Promise<Buffer> => {
  throw new SetupError(`cannot download ${url}: no network`);
};

/** Nothing is found anywhere: an empty cache, no network, no Go. */
async function nowhere(env: NodeJS.ProcessEnv = {}) {
  const folder = await temporaryFolder();
  const cache = join(folder, 'cache');
  return {
    env: { XDG_CACHE_HOME: cache, PATH: folder, ...env },
    platform: linux,
    download: offline,
    progress: silently,
  };
}

/** A folder of programs that print a version. */
async function assets(names: readonly Component[], version: string): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await writeFile(join(folder, name), `#!/bin/sh\necho Kubernetes ${version}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}

/** What the projects publish, each program holding its own name. */
async function published(): Promise<Map<string, Buffer>> {
  const archive = pack();
  archive.entry({ name: `etcd-${versions.etcd}-linux-arm64/etcd` }, 'etcd');
  archive.finalize();
  const etcd = gzipSync(await buffer(archive));
  const etcdAsset = `etcd-${versions.etcd}-linux-arm64.tar.gz`;
  const release = (name: string, bytes: Buffer) =>
    Buffer.from(JSON.stringify({ assets: [{ name: 'other' }, { name, digest: `sha256:${sha256(bytes)}` }] }));
  const kwok = Buffer.from('kwok');
  const github = 'https://api.github.com/repos';
  const files = new Map([
    [`${github}/etcd-io/etcd/releases/tags/${versions.etcd}`, release(etcdAsset, etcd)],
    [`https://github.com/etcd-io/etcd/releases/download/${versions.etcd}/${etcdAsset}`, etcd],
    [`${github}/kubernetes-sigs/kwok/releases/tags/${versions.kwok}`, release('kwok-linux-arm64', kwok)],
    [`https://github.com/kubernetes-sigs/kwok/releases/download/${versions.kwok}/kwok-linux-arm64`, kwok],
  ]);
  for (const name of components.filter((component) => component.startsWith('kube-'))) {
    const url = `https://dl.k8s.io/release/${versions.kubernetes}/bin/linux/arm64/${name}`;
    files.set(url, Buffer.from(name));
    files.set(`${url}.sha256`, Buffer.from(`${sha256(Buffer.from(name))}\n`));
  }
  return files;
}

const downloadFrom = (files: ReadonlyMap<string, Buffer>) => async (url: string) => files.get(url) ?? offline(url);

describe('the programs of a cluster', () => {
  it('come from KUBEBUILDER_ASSETS when all of them are there, whatever their version', async () => {
    const folder = await assets(components, 'v1.30.0');
    const binaries = await ensureBinaries(await nowhere({ KUBEBUILDER_ASSETS: folder }));
    expect(binaries).toEqual(Object.fromEntries(components.map((name) => [name, join(folder, name)])));
  });

  it('come from KUBEBUILDER_ASSETS, and what it lacks from the next source', async () => {
    const folder = await assets(['etcd', 'kube-apiserver'], 'v1.36.0');
    const settings = await nowhere({ KUBEBUILDER_ASSETS: folder });
    const binaries = await ensureBinaries({ ...settings, download: downloadFrom(await published()) });
    expect(binaries['kube-apiserver']).toBe(join(folder, 'kube-apiserver'));
    expect(await readFile(binaries.kwok, 'utf8')).toBe('kwok');
  });

  it('are not mixed with controllers that are newer than the API server', async () => {
    const folder = await assets(['etcd', 'kube-apiserver'], 'v1.30.0');
    await expect(ensureBinaries(await nowhere({ KUBEBUILDER_ASSETS: folder }))).rejects.toThrow(
      `is Kubernetes v1.30.0, but the controllers that would run beside it are ${versions.kubernetes}. Unset KUBEBUILDER_ASSETS`,
    );
  });

  it('are downloaded once, each checked against its published checksum', async () => {
    const settings = await nowhere();
    const binaries = await ensureBinaries({ ...settings, download: downloadFrom(await published()) });
    for (const name of components) expect(await readFile(binaries[name], 'utf8')).toBe(name);
    expect(await ensureBinaries(settings)).toEqual(binaries);
  });

  it.each(['kube-scheduler', 'kwok', 'etcd'])('are not used when %s is not what was published', async (name) => {
    const files = await published();
    const url = [...files.keys()].find((key) => key.includes(`/${name}`) && !key.startsWith('https://api')) as string;
    files.set(url, Buffer.from('something else'));
    const settings = await nowhere();
    const refused = ensureBinaries({ ...settings, download: downloadFrom(files) });
    await expect(refused).rejects.toThrow(
      /has the sha256 checksum [0-9a-f]+, but [0-9a-f]+ was published: it is not used/,
    );
    await mkdir(settings.env.XDG_CACHE_HOME, { recursive: true });
    await expect(ensureBinaries(settings)).rejects.toThrow(SetupError);
  });

  it('that can neither be downloaded nor built name both reasons and what to install', async () => {
    const failing = ensureBinaries(await nowhere());
    await expect(failing).rejects.toThrow(
      /Download: cannot download https:.*no network\nBuild: go is not installed.*Install Go 1\.26/,
    );
  });

  it('are not looked for where they are not published', async () => {
    const settings = { ...(await nowhere()), platform: { os: 'darwin', architecture: 'arm64' } };
    await expect(ensureBinaries(settings)).rejects.toThrow(
      'Download: kube-controller-manager is published for Linux only',
    );
  });
});

describe('the build', () => {
  const read = (name: string) => readFile(new URL(`../../../local/kubernetes/build/${name}`, import.meta.url), 'utf8');

  it('takes the same versions as the downloads', async () => {
    const modules = await read('go.mod');
    expect(modules).toContain(`k8s.io/kubernetes ${versions.kubernetes}\n`);
    expect(modules).toContain(`go.etcd.io/etcd/server/v3 ${versions.etcd}\n`);
    expect(modules).toContain(`sigs.k8s.io/kwok ${versions.kwok}\n`);
  });

  it('takes every staging module in the version of Kubernetes', async () => {
    const replaced = [...(await read('go.mod')).matchAll(/=> k8s\.io\/\S+ (\S+)/g)].map(([, version]) => version);
    expect(replaced.length).toBeGreaterThan(30);
    expect(new Set(replaced)).toEqual(new Set([versions.kubernetes.replace('v1.', 'v0.')]));
  });

  it('makes a program that knows every component', async () => {
    const source = await read('main.go');
    for (const component of components) expect(source).toContain(`"${component}":`);
  });
});
