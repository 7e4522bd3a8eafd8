import {
  type AttachedSignature,
  type ImageRepository,
  type ImageVersion,
  mostSignatures,
  type Registry,
} from '../../shared/images/ports.ts';
import { formatEcrRepository } from '../../shared/images/reference.ts';
import { digestOf } from '../shared/images/versions.ts';

/** What was pushed as a signature: a layer's content and its annotations. */
export type MemorySignature = Pick<AttachedSignature, 'form'> & {
  content: string;
  annotations?: Record<string, string>;
};

export type MemoryRegistry = Registry & {
  /** Makes a repository, if there is none, and puts a version into it; an equal tag is taken from the version that had it. */
  push(repository: ImageRepository, version?: ImageVersion, labels?: Record<string, string>): void;
  /** Keeps a blob by its digest, as the manifest of an image or as anything else. */
  keep(repository: ImageRepository, content: string): void;
  attach(repository: ImageRepository, digest: string, signature: MemorySignature): void;
  /** Every question for versions so far, as `registry/name`. */
  asked: string[];
  /** Every question for signatures so far, as `registry/name@digest`. */
  signaturesAsked: string[];
};

/** The registry of tests: the same contract as ECR's (`test/contracts/registry.ts`). */
export function createMemoryRegistry(): MemoryRegistry {
  const repositories = new Map<string, ImageVersion[]>();
  const written = new Map<string, Record<string, string>>();
  const signatures = new Map<string, AttachedSignature[]>();
  const blobs = new Map<string, string>();
  const asked: string[] = [];
  const signaturesAsked: string[] = [];
  const keyOf = (repository: ImageRepository, digest: string) => `${formatEcrRepository(repository)}@${digest}`;
  const keep = (repository: ImageRepository, content: string) => {
    blobs.set(keyOf(repository, digestOf(content)), content);
  };
  return {
    asked,
    signaturesAsked,
    keep,
    async versions(repository) {
      const name = formatEcrRepository(repository);
      asked.push(name);
      return repositories.get(name)?.map(({ platforms: _, ...version }) => version);
    },
    async platforms(repository, digest) {
      const versions = repositories.get(formatEcrRepository(repository)) ?? [];
      return versions.find((version) => version.digest === digest)?.platforms ?? [];
    },
    labels: async (repository, digest) => written.get(keyOf(repository, digest)) ?? {},
    async signatures(repository, digest) {
      const key = keyOf(repository, digest);
      signaturesAsked.push(key);
      const [all, manifest] = [signatures.get(key) ?? [], blobs.get(key)];
      return {
        ...(manifest !== undefined && { manifest: Buffer.from(manifest) }),
        signatures: all.slice(0, mostSignatures),
        isCutOff: all.length > mostSignatures,
      };
    },
    async blob(repository, digest, { largest }) {
      const content = blobs.get(keyOf(repository, digest));
      return content === undefined || Buffer.byteLength(content) > largest ? undefined : Buffer.from(content);
    },
    push(repository, version, labels = {}) {
      const name = formatEcrRepository(repository);
      const others = (repositories.get(name) ?? []).filter(({ tag }) => tag !== version?.tag);
      if (version !== undefined) written.set(`${name}@${version.digest}`, labels);
      repositories.set(name, version === undefined ? others : [...others, version]);
    },
    attach(repository, digest, { form, content, annotations = {} }) {
      const key = keyOf(repository, digest);
      keep(repository, content);
      signatures.set(key, [...(signatures.get(key) ?? []), { form, digest: digestOf(content), annotations }]);
    },
  };
}
