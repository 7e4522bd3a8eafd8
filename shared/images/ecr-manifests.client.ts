import { BatchGetImageCommand, type Image, type ImageIdentifier } from '@aws-sdk/client-ecr';
import { z } from 'zod';
import { type Place, readBlob, type Shelf } from './ecr-blob.client.ts';

const mediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() });
const texts = z.record(z.string(), z.string());

/** @see https://github.com/opencontainers/image-spec/blob/main/image-index.md and manifest.md beside it */
const manifestSchema = z.object({
  manifests: z.array(z.object({ digest: z.string().optional(), platform: platform.optional() })).default([]),
  config: z.object({ digest: z.string() }).optional(),
  annotations: texts.default({}),
});
const configSchema = z.object({ config: z.object({ Labels: texts.nullish() }).nullish() });

type Manifest = z.infer<typeof manifestSchema>;

/** Manifests by tag or digest, up to 100; those that aren't there are left out. */
export async function readImages({ client, repository }: Shelf, imageIds: ImageIdentifier[]): Promise<Image[]> {
  const input = {
    registryId: repository.account,
    repositoryName: repository.name,
    imageIds,
    acceptedMediaTypes: mediaTypes,
  };
  return (await client.send(new BatchGetImageCommand(input))).images ?? [];
}

async function readManifest(place: Place): Promise<Manifest | undefined> {
  const [image] = await readImages(place, [{ imageDigest: place.digest }]);
  return manifestSchema.safeParse(JSON.parse(image?.imageManifest ?? '{}')).data;
}

/** Attestations stand in the list too, as `unknown/unknown`. */
const imagesIn = (manifest: Manifest | undefined) =>
  (manifest?.manifests ?? []).filter(({ platform }) => platform !== undefined && platform.os !== 'unknown');

/** `linux/amd64`, `linux/arm64/v8`; none of a single image. */
export async function readPlatforms(place: Place): Promise<string[]> {
  return imagesIn(await readManifest(place))
    .flatMap(({ platform }) => platform ?? [])
    .map(({ os, architecture, variant }) => [os, architecture, variant].filter((part) => part !== undefined).join('/'));
}

/** Annotations of the manifest, and the labels of the configuration (of a manifest list: of its first image) where these don't name the revision. */
export async function readLabels(place: Place): Promise<Record<string, string>> {
  const manifest = await readManifest(place);
  const annotations = manifest?.annotations ?? {};
  const [first] = imagesIn(manifest);
  if (manifest === undefined || annotations['org.opencontainers.image.revision'] !== undefined) return annotations;
  if (first?.digest !== undefined) return { ...(await readLabels({ ...place, digest: first.digest })), ...annotations };
  if (manifest.config === undefined) return annotations;
  return { ...(await readConfig({ ...place, digest: manifest.config.digest })), ...annotations };
}

const largestConfig = 1_000_000;

async function readConfig(place: Place): Promise<Record<string, string>> {
  const config = await readBlob(place, largestConfig);
  if (config === undefined) return {};
  return configSchema.safeParse(JSON.parse(new TextDecoder().decode(config))).data?.config?.Labels ?? {};
}
