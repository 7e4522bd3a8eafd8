import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ImageRepository, mostSignatures, type Registry } from '../../shared/images/ports.ts';
import type { MemorySignature } from '../fakes/memory-registry.ts';

export type RegistryUnderTest = {
  registry: Registry;
  /** Where repositories may be made. */
  account: string;
  region: string;
  createRepository(repository: ImageRepository): Promise<void>;
  /** Pushes an image under a tag; equal content is the same image. Returns its digest. */
  push(repository: ImageRepository, tag: string, content: string, labels?: Record<string, string>): Promise<string>;
  /** Pushes a manifest list under a tag. Returns its digest. */
  pushList(repository: ImageRepository, tag: string, platforms: string[]): Promise<string>;
  /** Pushes signatures of an image, under cosign's tag or each as an OCI referrer. */
  attach(
    repository: ImageRepository,
    digest: string,
    how: 'tag' | 'referrer',
    signatures: MemorySignature[],
  ): Promise<void>;
};

const sha256 = (content: string | Uint8Array) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** What every registry must do. */
export function registryContract(name: string, create: () => Promise<RegistryUnderTest>): void {
  const start = async () => {
    const under = await create();
    const { account, region } = under;
    return { ...under, repository: { account, region, name: `team/app-${randomUUID()}` } };
  };

  describe(`registry: ${name}`, () => {
    it('fault 6: knows nothing of a repository that is not there', async () => {
      const { registry, repository } = await start();
      expect(await registry.versions(repository)).toBeUndefined();
    });

    it('has no version in an empty repository', async () => {
      const { registry, repository, createRepository } = await start();
      await createRepository(repository);
      expect(await registry.versions(repository)).toEqual([]);
    });

    it('tells tag, digest and push time of every version', async () => {
      const { registry, repository, createRepository, push } = await start();
      await createRepository(repository);
      const digests = [await push(repository, '1.0.0', 'first'), await push(repository, '1.1.0', 'second')];
      const versions = (await registry.versions(repository)) ?? [];
      expect(versions.map(({ tag, digest }) => ({ tag, digest })).sort((a, b) => (a.tag < b.tag ? -1 : 1))).toEqual([
        { tag: '1.0.0', digest: digests[0] },
        { tag: '1.1.0', digest: digests[1] },
      ]);
      expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
      for (const { pushedAt } of versions) expect(pushedAt).toBeInstanceOf(Date);
    });

    it('tells what was written on an image', async () => {
      const { registry, repository, createRepository, push } = await start();
      await createRepository(repository);
      const labels = { 'org.opencontainers.image.revision': 'abc1234', 'com.example': 'ä' };
      const digest = await push(repository, '1.0.0', 'content', labels);
      expect(await registry.labels(repository, digest)).toEqual(labels);
      expect(await registry.labels(repository, `sha256:${'0'.repeat(64)}`)).toEqual({});
    });

    it('lists an image once for each of its tags', async () => {
      const { registry, repository, createRepository, push } = await start();
      await createRepository(repository);
      const digest = await push(repository, '1.0.0', 'same');
      expect(await push(repository, 'latest', 'same')).toBe(digest);
      const versions = (await registry.versions(repository)) ?? [];
      expect(versions.map(({ tag }) => tag).sort()).toEqual(['1.0.0', 'latest']);
      expect(new Set(versions.map((version) => version.digest))).toEqual(new Set([digest]));
    });

    it('fault 24: tells the platforms of a manifest list, and none of a single image or of nothing', async () => {
      const { registry, repository, createRepository, push, pushList } = await start();
      await createRepository(repository);
      const list = await pushList(repository, '1.0.0', ['linux/amd64', 'linux/arm64/v8']);
      const single = await push(repository, '1.1.0', 'single');
      expect(await registry.platforms(repository, list)).toEqual(['linux/amd64', 'linux/arm64/v8']);
      expect(await registry.platforms(repository, single)).toEqual([]);
      expect(await registry.platforms(repository, `sha256:${'0'.repeat(64)}`)).toEqual([]);
    });

    it('fault 4: moves a tag that was pushed again to its new digest', async () => {
      const { registry, repository, createRepository, push } = await start();
      await createRepository(repository);
      await push(repository, '1.0.0', 'before');
      const digest = await push(repository, '1.0.0', 'after');
      const versions = (await registry.versions(repository)) ?? [];
      expect(versions.map(({ tag, digest }) => ({ tag, digest }))).toEqual([{ tag: '1.0.0', digest }]);
    });

    it('fault 25: has no signature of an image that nobody signed, and gives its manifest byte for byte', async () => {
      const { registry, repository, createRepository, push } = await start();
      await createRepository(repository);
      const digest = await push(repository, '1.0.0', 'unsigned');
      const { manifest = new Uint8Array(), ...found } = await registry.signatures(repository, digest);
      expect(found).toEqual({ signatures: [], isCutOff: false });
      expect(sha256(manifest)).toBe(digest);
    });

    it('fault 25: tells the signatures of an image, with what was signed, and of no other image', async () => {
      const { registry, repository, createRepository, push, attach } = await start();
      await createRepository(repository);
      const [digest, other] = [await push(repository, '1.0.0', 'a'), await push(repository, '1.1.0', 'b')];
      const annotations = { 'dev.cosignproject.cosign/signature': 'c2lnbmF0dXJl' };
      await attach(repository, digest, 'tag', [{ form: 'simple-signing', content: '{"critical":1}', annotations }]);
      await attach(repository, digest, 'referrer', [{ form: 'bundle', content: '{"mediaType":"ä"}' }]);
      const { signatures } = await registry.signatures(repository, digest);
      expect(signatures).toEqual([
        { form: 'simple-signing', digest: sha256('{"critical":1}'), annotations },
        { form: 'bundle', digest: sha256('{"mediaType":"ä"}'), annotations: {} },
      ]);
      const contents = signatures.map((one) => registry.blob(repository, one.digest, { largest: 100 }));
      expect((await Promise.all(contents)).map((content) => Buffer.from(content ?? []).toString())).toEqual([
        '{"critical":1}',
        '{"mediaType":"ä"}',
      ]);
      expect((await registry.signatures(repository, other)).signatures).toEqual([]);
    });

    it('fault 25: tells no more signatures than anybody needs', async () => {
      const { registry, repository, createRepository, push, attach } = await start();
      await createRepository(repository);
      const digest = await push(repository, '1.0.0', 'a');
      const many = Array.from({ length: mostSignatures + 1 }, (_, index) => ({ content: `{"n":${index}}` }));
      await attach(
        repository,
        digest,
        'tag',
        many.map((one) => ({ ...one, form: 'simple-signing' })),
      );
      const { signatures, isCutOff } = await registry.signatures(repository, digest);
      expect([signatures.length, isCutOff]).toEqual([mostSignatures, true]);
    });

    it('fault 25: reads no blob that is larger than wanted, and none that is not there', async () => {
      const { registry, repository, createRepository, push, attach } = await start();
      await createRepository(repository);
      const digest = await push(repository, '1.0.0', 'a');
      await attach(repository, digest, 'referrer', [{ form: 'bundle', content: 'x'.repeat(1000) }]);
      const read = (content: string, largest: number) => registry.blob(repository, sha256(content), { largest });
      expect((await read('x'.repeat(1000), 1000))?.byteLength).toBe(1000);
      expect(await read('x'.repeat(1000), 999)).toBeUndefined();
      expect(await read('never pushed', 1000)).toBeUndefined();
    });
  });
}
