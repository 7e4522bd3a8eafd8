import { BatchGetImageCommand, type ECRClient, type ImageDetail, paginateDescribeImages } from '@aws-sdk/client-ecr';
import { z } from 'zod';
import { type PlumblineError, RefusedError, TryAgainError } from '../errors.ts';
import type { ImageRepository, ImageVersion, Registry } from './ports.ts';

/** Needs `ecr:DescribeImages` on the repositories, and `ecr:BatchGetImage` where a policy asks for platforms. @param clientFor a client of a region; it is asked for once for each */
export function createEcrRegistry(clientFor: (region: string) => ECRClient): Registry {
  const clients = new Map<string, ECRClient>();
  const clientOf = (region: string) => {
    const client = clients.get(region) ?? clientFor(region);
    clients.set(region, client);
    return client;
  };
  return {
    versions: (repository) => readVersions(clientOf(repository.region), repository),
    platforms: (repository, digest) => readPlatforms(clientOf(repository.region), repository, digest),
  };
}

const pageSize = 1000;

async function readVersions(client: ECRClient, repository: ImageRepository): Promise<ImageVersion[] | undefined> {
  const versions: ImageVersion[] = [];
  const input = {
    registryId: repository.account,
    repositoryName: repository.name,
    filter: { tagStatus: 'TAGGED' } as const,
  };
  try {
    for await (const { imageDetails = [] } of paginateDescribeImages({ client, pageSize }, input))
      versions.push(...imageDetails.flatMap(versionsOf));
    return versions;
  } catch (error) {
    if (error instanceof Error && error.name === 'RepositoryNotFoundException') return undefined;
    throw explain(error, repository, 'ecr:DescribeImages');
  }
}

/** An image with several tags is several versions. */
function versionsOf({ imageTags = [], imageDigest, imagePushedAt, artifactMediaType }: ImageDetail): ImageVersion[] {
  if (imageDigest === undefined) return [];
  return imageTags.map((tag) => ({
    tag,
    digest: imageDigest,
    ...(imagePushedAt !== undefined && { pushedAt: imagePushedAt }),
    ...(artifactMediaType !== undefined && { artifactType: artifactMediaType }),
  }));
}

const listTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const imageTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

async function readPlatforms(client: ECRClient, repository: ImageRepository, imageDigest: string): Promise<string[]> {
  const input = {
    registryId: repository.account,
    repositoryName: repository.name,
    imageIds: [{ imageDigest }],
    acceptedMediaTypes: [...listTypes, ...imageTypes],
  };
  try {
    const { images = [] } = await client.send(new BatchGetImageCommand(input));
    return platformsIn(images[0]?.imageManifest);
  } catch (error) {
    throw explain(error, repository, 'ecr:BatchGetImage');
  }
}

const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() });
const manifestList = z.object({ manifests: z.array(z.object({ platform: platform.optional() })) });

/** Attestations stand in the list too, as `unknown/unknown`. @see https://github.com/opencontainers/image-spec/blob/main/image-index.md */
function platformsIn(manifest: string | undefined): string[] {
  const { data } = manifestList.safeParse(JSON.parse(manifest ?? '{}'));
  return (data?.manifests ?? [])
    .flatMap(({ platform }) => platform ?? [])
    .filter(({ os }) => os !== 'unknown')
    .map(({ os, architecture, variant }) => [os, architecture, variant].filter((part) => part !== undefined).join('/'));
}

/** The SDK has tried again by then, with backoff. */
function explain(error: unknown, { account, region, name }: ImageRepository, action: string): PlumblineError {
  const kind = error instanceof Error ? error.name : String(error);
  const where = `the repository ${name} of the account ${account} in ${region}`;
  if (kind !== 'AccessDeniedException')
    return new TryAgainError(`could not read the images of ${where} (${kind})`, { cause: error });
  return new RefusedError(
    `may not read the images of ${where}: this function's role needs ${action} on it; in another account the repository's policy must allow it too`,
    { cause: error },
  );
}
