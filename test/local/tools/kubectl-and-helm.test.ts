import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ensureKubectlAndHelm, layerVersions } from '../../../local/tools/kubectl-and-helm.ts';
import { currentPlatform, platformName } from '../../../local/tools/platform.ts';
import { silently } from '../../../local/tools/progress.ts';
import { SetupError } from '../../../local/tools/setup-error.ts';
import { temporaryFolder } from './temporary.ts';

const mac = { os: 'darwin', architecture: 'arm64' };
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const run = promisify(execFile);
const nothing = async (url: string): Promise<Buffer> => {
  throw new SetupError(`cannot download ${url}: no network`);
};

async function settings() {
  const folder = await temporaryFolder();
  return { env: { XDG_CACHE_HOME: folder, PATH: '' }, progress: silently, download: nothing };
}

/** What dl.k8s.io and get.helm.sh publish. */
async function published(): Promise<Map<string, Buffer>> {
  const archive = pack();
  archive.entry({ name: 'darwin-arm64/helm' }, 'the helm');
  archive.finalize();
  const helm = gzipSync(await buffer(archive));
  const kubectl = Buffer.from('the kubectl');
  const kubectlUrl = `https://dl.k8s.io/release/${layerVersions.kubectl}/bin/darwin/arm64/kubectl`;
  const helmUrl = `https://get.helm.sh/helm-${layerVersions.helm}-darwin-arm64.tar.gz`;
  return new Map([
    [kubectlUrl, kubectl],
    [`${kubectlUrl}.sha256`, Buffer.from(sha256(kubectl))],
    [helmUrl, helm],
    [`${helmUrl}.sha256sum`, Buffer.from(`${sha256(helm)}  helm-darwin-arm64.tar.gz\n`)],
  ]);
}

const downloadFrom = (files: Map<string, Buffer>) => async (url: string) => files.get(url) ?? nothing(url);

describe('kubectl and helm', () => {
  it.runIf(platformName(currentPlatform()) === 'linux-amd64')(
    'are those of the Lambda layer, in the versions that are stated',
    async () => {
      const { kubectl, helm } = await ensureKubectlAndHelm(await settings());
      const kubectlSays = await run(kubectl, ['version', '--client', '-o', 'json']);
      const helmSays = await run(helm, ['version', '--template', '{{.Version}}']);
      expect(JSON.parse(kubectlSays.stdout).clientVersion.gitVersion).toBe(layerVersions.kubectl);
      expect(helmSays.stdout).toBe(layerVersions.helm);
    },
  );

  it('come from the PATH where the layer does not run', async () => {
    const folder = await temporaryFolder();
    for (const name of ['kubectl', 'helm']) await writeFile(join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
    const given = await settings();
    const env = { ...given.env, PATH: `/nowhere:${folder}` };
    expect(await ensureKubectlAndHelm({ ...given, env, platform: mac })).toEqual({
      kubectl: join(folder, 'kubectl'),
      helm: join(folder, 'helm'),
    });
  });

  it('are downloaded once where they are not on the PATH', async () => {
    const given = { ...(await settings()), platform: mac };
    const { kubectl, helm } = await ensureKubectlAndHelm({ ...given, download: downloadFrom(await published()) });
    expect([await readFile(kubectl, 'utf8'), await readFile(helm, 'utf8')]).toEqual(['the kubectl', 'the helm']);
    expect((await stat(helm)).mode & 0o111).toBe(0o111);
    expect(await ensureKubectlAndHelm(given)).toEqual({ kubectl, helm });
  });

  it('are refused when they are not what was published', async () => {
    const files = await published();
    const url = [...files.keys()][0] as string;
    files.set(url, Buffer.from('something else'));
    const refused = ensureKubectlAndHelm({ ...(await settings()), platform: mac, download: downloadFrom(files) });
    await expect(refused).rejects.toThrow(/has the sha256 checksum .* it is not used/);
  });

  it('say what to install when they cannot be had', async () => {
    await expect(ensureKubectlAndHelm({ ...(await settings()), platform: mac })).rejects.toThrow(
      `kubectl is needed: install kubectl ${layerVersions.kubectl} on the PATH (cannot download`,
    );
  });
});
