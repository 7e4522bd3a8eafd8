import { type ECRClient, type ImageDetail, paginateDescribeImages } from '@aws-sdk/client-ecr';
import { PlumblineError, RefusedError, TryAgainError } from '../errors.ts';
import { readBlob } from './ecr-blob.client.ts';
import { readLabels, readPlatforms } from './ecr-manifests.client.ts';
import { readSignatures } from './ecr-signatures.client.ts';
import type { ImageRepository, ImageVersion, Registry } from './ports.ts';

/** Needs `ecr:DescribeImages`, `ecr:BatchGetImage` and `ecr:GetDownloadUrlForLayer` on the repositories. @param clientFor a client of a region; it is asked for once for each */
export function createEcrRegistry(clientFor: (region: string) => ECRClient): Registry {
  const clients = new Map<string, ECRClient>();
  const clientOf = (region: string) => {
    const client = clients.get(region) ?? clientFor(region);
    clients.set(region, client);
    return client;
  };
  const at = (repository: ImageRepository) => ({ client: clientOf(repository.region), repository });
  const asking = {
    manifests: 'ecr:BatchGetImage',
    blobs: 'ecr:BatchGetImage and ecr:GetDownloadUrlForLayer',
  };
  return {
    versions: (repository) => readVersions(clientOf(repository.region), repository),
    platforms: (repository, digest) => ask(asking.manifests, repository, readPlatforms({ ...at(repository), digest })),
    labels: (repository, digest) => ask(asking.blobs, repository, readLabels({ ...at(repository), digest })),
    signatures: (repository, digest) =>
      ask(asking.manifests, repository, readSignatures({ ...at(repository), digest })),
    blob: (repository, digest, { largest }) =>
      ask(asking.blobs, repository, readBlob({ ...at(repository), digest }, largest)),
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

/** What `read` tells of one image. */
async function ask<Result>(action: string, repository: ImageRepository, read: Promise<Result>): Promise<Result> {
  try {
    return await read;
  } catch (error) {
    throw explain(error, repository, action);
  }
}

/** The SDK has tried again by then, with backoff. */
function explain(error: unknown, { account, region, name }: ImageRepository, action: string): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const kind = error instanceof Error ? error.name : String(error);
  const where = `the repository ${name} of the account ${account} in ${region}`;
  if (kind !== 'AccessDeniedException')
    return new TryAgainError(`could not read the images of ${where} (${kind})`, { cause: error });
  return new RefusedError(
    `may not read the images of ${where}: this function's role needs ${action} on it; in another account the repository's policy must allow it too`,
    { cause: error },
  );
}
