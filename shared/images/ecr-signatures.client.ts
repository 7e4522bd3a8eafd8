import { type Image, ListImageReferrersCommand } from '@aws-sdk/client-ecr';
import { z } from 'zod';
import { digestOf, type Place } from './ecr-blob.client.ts';
import { readImages } from './ecr-manifests.client.ts';
import { type AttachedSignature, type ImageSignatures, mostSignatures } from './ports.ts';

/** How cosign's and GitHub's signatures call themselves; SBOMs and others aren't even listed. */
const artifactTypes = [
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle.v0.2+json',
  'application/vnd.dev.sigstore.bundle.v0.1+json',
  'application/vnd.dev.cosign.artifact.sig.v1+json',
];

/** @see https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md beside it */
const manifestSchema = z.object({
  layers: z
    .array(
      z.object({
        mediaType: z.string(),
        digest: z.string(),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
    )
    .default([]),
  manifests: z.array(z.object({ digest: z.string(), artifactType: z.string().optional() })).default([]),
});

type Manifest = z.output<typeof manifestSchema>;

/**
 * Looks for signatures in three places: cosign's tag `sha256-….sig`, OCI referrers, and the tag `sha256-…` that lists referrers where a
 * client took the registry for one that can't. `ListImageReferrers` needs no right but `ecr:BatchGetImage`.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImageReferrers.html
 */
export async function readSignatures(place: Place): Promise<ImageSignatures> {
  const tag = place.digest.replace(':', '-');
  const ids = [{ imageTag: `${tag}.sig` }, { imageTag: tag }, { imageDigest: place.digest }];
  const [images, { digests, isCutOff }] = await Promise.all([readImages(place, ids), listReferrers(place)]);
  const tagged = (name: string) => images.filter(({ imageId }) => imageId?.imageTag === name).map(parse);
  const referrers = new Set([...digests, ...tagged(tag).flatMap(listedIn)]);
  const attached = [...referrers].slice(0, mostSignatures).map((imageDigest) => ({ imageDigest }));
  const manifests = attached.length === 0 ? [] : (await readImages(place, attached)).map(parse);
  const signatures = [...tagged(`${tag}.sig`), ...manifests].flatMap(signaturesIn);
  const manifest = images.map(bytesOf).find((bytes) => digestOf(bytes) === place.digest);
  return {
    ...(manifest && { manifest }),
    signatures: signatures.slice(0, mostSignatures),
    isCutOff: isCutOff || Math.max(referrers.size, signatures.length) > mostSignatures,
  };
}

async function listReferrers({ client, repository, digest }: Place) {
  const input = {
    registryId: repository.account,
    repositoryName: repository.name,
    subjectId: { imageDigest: digest },
    filter: { artifactTypes },
    maxResults: mostSignatures,
  };
  const { referrers = [], nextToken } = await client.send(new ListImageReferrersCommand(input));
  return { digests: referrers.flatMap(({ digest }) => digest ?? []), isCutOff: typeof nextToken === 'string' };
}

const bytesOf = ({ imageManifest = '' }: Image) => Buffer.from(imageManifest);

const nothing: Manifest = { layers: [], manifests: [] };

/** What somebody else pushed: if it is no manifest, it has no signature. */
function parse({ imageManifest = '' }: Image): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(imageManifest));
  } catch {
    return nothing;
  }
}

const listedIn = ({ manifests }: Manifest): string[] =>
  manifests.flatMap(({ digest, artifactType = '' }) => (artifactTypes.includes(artifactType) ? [digest] : []));

const signaturesIn = ({ layers }: Manifest): AttachedSignature[] =>
  layers.flatMap(({ mediaType, digest, annotations }) => {
    const form = formOf(mediaType);
    return form === undefined ? [] : [{ form, digest, annotations }];
  });

function formOf(mediaType: string): AttachedSignature['form'] | undefined {
  if (mediaType === 'application/vnd.dev.cosign.simplesigning.v1+json') return 'simple-signing';
  return mediaType.startsWith('application/vnd.dev.sigstore.bundle') ? 'bundle' : undefined;
}
