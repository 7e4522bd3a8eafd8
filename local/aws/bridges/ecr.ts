import { createHash } from 'node:crypto';
import { BatchGetImageCommand, type BatchGetImageCommandOutput, paginateListImages } from '@aws-sdk/client-ecr';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clients } from '../clients.ts';
import { type Answer, type Fault, faultAnswer, jsonAnswer } from '../guard/answers.ts';
import type { Interceptor } from '../guard/guard.ts';
import { type Parameters, text } from '../guard/operations/operation.ts';

type Ports = { clients: Pick<Clients, 'ecr' | 's3'>; region: string };

/**
 * The parts of ECR that moto lacks: what was uploaded as a layer can be had again, through an address of S3 as in AWS, and referrers are
 * listed by the manifests' `subject`. The guard has judged the calls.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
 */
export function bridgeEcr(ports: Ports): Interceptor {
  const store = createLayerStore(ports);
  return async ({ operation: { service, name, parameters } }, next) => {
    if (service !== 'ecr') return next();
    if (name === 'GetDownloadUrlForLayer') return store.addressOf(parameters);
    if (name === 'ListImageReferrers') return listReferrers(ports, parameters);
    const answer = await next();
    if (answer.status === 200 && name === 'UploadLayerPart') store.addPart(parameters);
    if (answer.status === 200 && name === 'CompleteLayerUpload') await store.complete(parameters);
    return answer;
  };
}

function createLayerStore({ clients: { s3 }, region }: Ports) {
  const Bucket = `prod-${region}-starport-layer-bucket`;
  const uploads = new Map<string, Buffer[]>();
  let bucket: Promise<unknown> | undefined;
  const ready = () => (bucket ??= s3.send(new CreateBucketCommand({ Bucket, ...placeOf(region) })));
  const objectOf = (repository: unknown, digest: unknown) => ({ Bucket, Key: `${text(repository)}/${text(digest)}` });
  return {
    addPart({ uploadId, layerPartBlob }: Parameters): void {
      const part = Buffer.from(text(layerPartBlob), 'base64');
      uploads.set(text(uploadId), [...(uploads.get(text(uploadId)) ?? []), part]);
    },
    async complete({ repositoryName, uploadId }: Parameters): Promise<void> {
      const content = Buffer.concat(uploads.get(text(uploadId)) ?? []);
      uploads.delete(text(uploadId));
      await ready();
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      await s3.send(new PutObjectCommand({ ...objectOf(repositoryName, digest), Body: content }));
    },
    async addressOf({ repositoryName, layerDigest }: Parameters): Promise<Answer> {
      const object = objectOf(repositoryName, layerDigest);
      await ready();
      if (!(await isThere(s3, object))) return faultAnswer(noSuchLayer, 'json');
      const downloadUrl = await getSignedUrl(s3, new GetObjectCommand(object), { expiresIn: 3600 });
      return jsonAnswer(200, { downloadUrl, layerDigest });
    },
  };
}

const placeOf = (region: string) =>
  region === 'us-east-1'
    ? {}
    : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };

async function isThere(s3: Clients['s3'], object: { Bucket: string; Key: string }): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand(object));
    return true;
  } catch {
    return false;
  }
}

const noLayers = 'LayersNotFoundException';
const noSuchLayer: Fault = {
  status: 400,
  message: 'The specified layer could not be found.',
  names: { json: noLayers, query: noLayers, 'rest-json': noLayers, s3: noLayers },
};

type Manifest = {
  mediaType?: string;
  artifactType?: string;
  config?: { mediaType?: string };
  subject?: { digest?: string };
  annotations?: Record<string, string>;
};

async function listReferrers({ clients: { ecr } }: Ports, parameters: Parameters): Promise<Answer> {
  const repositoryName = text(parameters.repositoryName);
  const { imageDigest } = parameters.subjectId as { imageDigest: string };
  const { artifactTypes } = (parameters.filter ?? {}) as { artifactTypes?: string[] };
  const referrers = (await readImages(ecr, repositoryName)).flatMap(({ imageId, imageManifest = '{}' }) => {
    const { mediaType, artifactType, config, subject, annotations } = JSON.parse(imageManifest) as Manifest;
    const type = artifactType ?? config?.mediaType ?? '';
    if (subject?.digest !== imageDigest || artifactTypes?.includes(type) === false) return [];
    const size = Buffer.byteLength(imageManifest);
    return [
      { digest: imageId?.imageDigest, mediaType, artifactType: type, size, annotations, artifactStatus: 'ACTIVE' },
    ];
  });
  return jsonAnswer(200, { referrers });
}

/** Also those that have no tag. */
async function readImages(
  ecr: Clients['ecr'],
  repositoryName: string,
): Promise<NonNullable<BatchGetImageCommandOutput['images']>> {
  const digests = new Set<string>();
  for await (const { imageIds = [] } of paginateListImages({ client: ecr }, { repositoryName }))
    for (const { imageDigest = '' } of imageIds) digests.add(imageDigest);
  const imageIds = [...digests].map((imageDigest) => ({ imageDigest }));
  if (imageIds.length === 0) return [];
  return (await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds }))).images ?? [];
}
