import { createHash } from 'node:crypto';
import { type ECRClient, GetDownloadUrlForLayerCommand, LayersNotFoundException } from '@aws-sdk/client-ecr';
import { TryAgainError } from '../errors.ts';
import type { ImageRepository } from './ports.ts';

export type Shelf = { client: ECRClient; repository: ImageRepository };
export type Place = Shelf & { digest: string };

const patienceMilliseconds = 5_000;

/**
 * ECR hands configurations and signatures out like layers: through an address that S3 signed.
 *
 * @param largest bytes; what is longer isn't read to its end
 * @returns undefined if it isn't there, is longer, or isn't what its digest says
 */
export async function readBlob(place: Place, largest: number): Promise<Uint8Array | undefined> {
  const address = await addressOf(place);
  if (address === undefined) return undefined;
  const response = await fetch(address, { signal: AbortSignal.timeout(patienceMilliseconds) });
  if (!response.ok)
    throw new TryAgainError(
      `the blob ${place.digest} of ${place.repository.name} could not be read (${response.status})`,
    );
  const content = await readAtMost(response, largest);
  return content !== undefined && digestOf(content) === place.digest ? content : undefined;
}

async function addressOf({ client, repository, digest }: Place): Promise<string | undefined> {
  const input = { registryId: repository.account, repositoryName: repository.name, layerDigest: digest };
  try {
    return (await client.send(new GetDownloadUrlForLayerCommand(input))).downloadUrl;
  } catch (error) {
    if (error instanceof LayersNotFoundException) return undefined;
    throw error;
  }
}

async function readAtMost({ body }: Response, largest: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.byteLength;
    if (length > largest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
