import { createHash, randomBytes } from 'node:crypto';
import { BatchGetImageCommand, CreateRepositoryCommand, RepositoryAlreadyExistsException } from '@aws-sdk/client-ecr';
import type { Clients } from './clients.ts';
import { type Attachment, attachmentOf, chartOf, imageOf, pushBlobs, putManifest } from './registry-content.ts';
import type { EventBus } from './sources/event-bus.ts';

export type PushOptions = {
  /** Gives an image that is already there another tag. Default: a new image. */
  digest?: string;
  /** What is in the image: equal content has an equal digest. Default: random. */
  content?: string;
  /** What the pipeline wrote on it. Default: a source repository of the same name, and a revision. */
  labels?: Record<string, string>;
  /** ECR's events are best effort: `false` plays the one that got lost. Default: true. */
  emitEvent?: boolean;
};

/** ECR, as an application's pipeline sees it. */
export type Registry = {
  /** Pushes an image; the repository is created if it is missing. @returns the digest. */
  push(repository: string, tag: string, options?: PushOptions): Promise<string>;
  /** Pushes what belongs to an image, such as its signature, and sends the event of that. @returns the digest. */
  attach(repository: string, attachment: Attachment): Promise<string>;
  /** Pushes a chart's archive; the repository is created if it is missing. */
  pushChart(repository: string, tag: string, archive: Uint8Array): Promise<void>;
  /** Sends the event of a push, whether there is such an image or not. */
  emitPush(repository: string, tag: string, digest: string): Promise<void>;
};

export function createRegistry({ ecr }: Pick<Clients, 'ecr'>, bus: EventBus): Registry {
  const emitPush = async (repository: string, tag: string, digest: string): Promise<void> => {
    await bus.put(pushEvent(repository, tag, digest));
  };
  return {
    emitPush,
    push: async (
      repository,
      tag,
      { digest, content = randomBytes(16).toString('hex'), labels, emitEvent = true } = {},
    ) => {
      await ensureRepository(ecr, repository);
      const manifest = digest
        ? await manifestOf(ecr, repository, digest)
        : await pushBlobs(imageOf(content, labels ?? labelsOf(repository, content)), { ecr, repository });
      const pushed = await putManifest(manifest, { ecr, repository, tag });
      if (emitEvent) await emitPush(repository, tag, pushed);
      return pushed;
    },
    pushChart: async (repository, tag, archive) => {
      await ensureRepository(ecr, repository);
      const manifest = await pushBlobs(chartOf(archive), { ecr, repository });
      await emitPush(repository, tag, await putManifest(manifest, { ecr, repository, tag }));
    },
    attach: async (repository, attachment) => {
      const { tag } = attachment;
      const manifest = await pushBlobs(attachmentOf(attachment), { ecr, repository });
      const pushed = await putManifest(manifest, { ecr, repository, ...(tag !== undefined && { tag }) });
      await bus.put(tag === undefined ? referrerEvent(repository, pushed) : pushEvent(repository, tag, pushed));
      return pushed;
    },
  };
}

async function ensureRepository(ecr: Clients['ecr'], repositoryName: string): Promise<void> {
  try {
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  } catch (error) {
    if (!(error instanceof RepositoryAlreadyExistsException)) throw error;
  }
}

async function manifestOf(ecr: Clients['ecr'], repositoryName: string, imageDigest: string): Promise<string> {
  const { images = [] } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest }] }));
  const manifest = images[0]?.imageManifest;
  if (manifest === undefined) throw new Error(`${repositoryName} has no image ${imageDigest}`);
  return manifest;
}

const labelsOf = (repository: string, content: string) => ({
  'org.opencontainers.image.source': `https://github.com/example-org/${repository}`,
  'org.opencontainers.image.revision': createHash('sha1').update(content).digest('hex'),
});

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html */
function pushEvent(repository: string, tag: string, digest: string) {
  const detail = {
    result: 'SUCCESS',
    'repository-name': repository,
    'image-digest': digest,
    'action-type': 'PUSH',
    'image-tag': tag,
  };
  return { Source: 'aws.ecr', DetailType: 'ECR Image Action', Detail: JSON.stringify(detail), Resources: [] };
}

const referrerEvent = (repository: string, digest: string) => ({
  ...pushEvent(repository, '', digest),
  DetailType: 'ECR Referrer Action',
  Detail: JSON.stringify({
    result: 'SUCCESS',
    'repository-name': repository,
    'image-digest': digest,
    'action-type': 'PUSH',
    'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json',
  }),
});
