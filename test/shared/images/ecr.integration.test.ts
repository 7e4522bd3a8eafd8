import { createHash } from 'node:crypto';
import { CreateRepositoryCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { expect, inject, test } from 'vitest';
import { createClients } from '../../../local/aws/clients.ts';
import { createRegistry } from '../../../local/aws/registry.ts';
import { createEcrRegistry } from '../../../shared/images/ecr.client.ts';
import { latest } from '../../../shared/images/policy.ts';
import { registryContract } from '../../contracts/registry.ts';
import type { MemorySignature } from '../../fakes/memory-registry.ts';

const { account } = inject('shared');
const clients = createClients(account);
const emulated = createRegistry(clients, { put: async () => ({ EventId: '' }) });

const listType = 'application/vnd.oci.image.index.v1+json';

/** As `docker buildx` makes it, with an attestation. */
const manifestList = (platforms: string[]) =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: listType,
    manifests: [...platforms, 'unknown/unknown'].map((platform) => {
      const [os, architecture, variant] = platform.split('/');
      const digest = `sha256:${createHash('sha256').update(platform).digest('hex')}`;
      return {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest,
        size: 7,
        platform: { os, architecture, variant },
      };
    }),
  });

const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const layerOf = ({ form, ...layer }: MemorySignature) => ({
  ...layer,
  mediaType: form === 'bundle' ? bundleType : 'application/vnd.dev.cosign.simplesigning.v1+json',
});

const create = async () => ({
  registry: createEcrRegistry((region) => new ECRClient({ ...account, region })),
  account: '123456789012',
  region: account.region,
  async createRepository({ name }: { name: string }) {
    await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
  },
  push: ({ name }: { name: string }, tag: string, content: string, labels?: Record<string, string>) =>
    emulated.push(name, tag, { content, emitEvent: false, ...(labels && { labels }) }),
  async pushList({ name }: { name: string }, tag: string, platforms: string[]) {
    const imageManifest = manifestList(platforms);
    const imageDigest = `sha256:${createHash('sha256').update(imageManifest).digest('hex')}`;
    await clients.ecr.send(
      new PutImageCommand({
        repositoryName: name,
        imageTag: tag,
        imageManifest,
        imageManifestMediaType: listType,
        imageDigest,
      }),
    );
    return imageDigest;
  },
  async attach({ name }: { name: string }, digest: string, how: 'tag' | 'referrer', signatures: MemorySignature[]) {
    const layers = signatures.map(layerOf);
    if (how === 'tag') await emulated.attach(name, { tag: `${digest.replace(':', '-')}.sig`, layers });
    else
      for (const layer of layers)
        await emulated.attach(name, { subject: digest, artifactType: bundleType, layers: [layer] });
  },
});

registryContract('ECR', create);

test('an image that was pushed to ECR can be chosen', async () => {
  const { registry, account, region, push } = await create();
  const repository = { account, region, name: 'chosen/app' };
  const digest = await push(repository, '1.0.0', 'x');
  const choice = latest((await registry.versions(repository)) ?? [], { semver: { range: '1.x' } }, new Date());
  expect(choice).toMatchObject({ outcome: 'chosen', version: { tag: '1.0.0', digest } });
});
