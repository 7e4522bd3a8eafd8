import { createHash } from 'node:crypto';
import {
  CompleteLayerUploadCommand,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import type { Clients } from './clients.ts';

/** What is pushed: a manifest, and the blobs that it speaks of. */
export type Content = { manifest: string; blobs: (string | Uint8Array)[] };

/** What belongs to an image: under a tag of its own, or as an OCI referrer. */
export type Attachment = {
  tag?: string;
  subject?: string;
  artifactType?: string;
  layers: { mediaType: string; content: string; annotations?: Record<string, string> }[];
};

type Target = { ecr: Clients['ecr']; repository: string };

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const sha256 = (content: string | Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const descriptorOf = (mediaType: string, content: string | Uint8Array) => ({
  mediaType,
  digest: sha256(content),
  size: Buffer.byteLength(content),
});

/**
 * An image of one layer, as a builder makes it: what is written on it stands in its configuration.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md
 */
export function imageOf(content: string, labels: Record<string, string>): Content {
  const layer = descriptorOf('application/vnd.oci.image.layer.v1.tar+gzip', content);
  const config = JSON.stringify({
    ...{ architecture: 'amd64', os: 'linux', config: { Labels: labels } },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: descriptorOf(configType, config),
    layers: [layer],
  };
  return { manifest: JSON.stringify(manifest), blobs: [config, content] };
}

/**
 * A chart as `helm push` makes it.
 *
 * @see https://helm.sh/docs/topics/registries/#helm-chart-manifest
 */
export function chartOf(archive: Uint8Array): Content {
  const config = '{}';
  const manifest = {
    ...{ schemaVersion: 2, mediaType: manifestType },
    config: descriptorOf('application/vnd.cncf.helm.config.v1+json', config),
    layers: [descriptorOf('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive)],
  };
  return { manifest: JSON.stringify(manifest), blobs: [config, archive] };
}

/** A manifest as cosign pushes it. */
export function attachmentOf({ subject, artifactType, layers }: Attachment): Content {
  const config = '{}';
  const manifest = {
    ...{ schemaVersion: 2, mediaType: manifestType, artifactType },
    config: descriptorOf(artifactType === undefined ? configType : 'application/vnd.oci.empty.v1+json', config),
    layers: layers.map(({ mediaType, content, annotations }) => ({ ...descriptorOf(mediaType, content), annotations })),
    subject: subject && { mediaType: manifestType, digest: subject, size: 0 },
  };
  return { manifest: JSON.stringify(manifest), blobs: [config, ...layers.map(({ content }) => content)] };
}

/** @returns the manifest, which may be pushed now */
export async function pushBlobs({ manifest, blobs }: Content, { ecr, repository }: Target): Promise<string> {
  for (const blob of blobs) {
    const place = { repositoryName: repository };
    const { uploadId } = await ecr.send(new InitiateLayerUploadCommand(place));
    const layerPartBlob = Buffer.from(blob);
    const part = { uploadId, partFirstByte: 0, partLastByte: layerPartBlob.byteLength - 1, layerPartBlob };
    await ecr.send(new UploadLayerPartCommand({ ...place, ...part }));
    await ecr.send(new CompleteLayerUploadCommand({ ...place, uploadId, layerDigests: [sha256(blob)] }));
  }
  return manifest;
}

/** @returns its digest: the emulator would make up one of its own */
export async function putManifest(
  imageManifest: string,
  { ecr, repository, tag }: Target & { tag?: string },
): Promise<string> {
  const imageDigest = sha256(imageManifest);
  const image = { imageManifest, imageDigest, imageManifestMediaType: manifestType };
  await ecr.send(new PutImageCommand({ repositoryName: repository, imageTag: tag, ...image }));
  return imageDigest;
}
