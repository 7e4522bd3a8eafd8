import type { ImageRepository } from './ports.ts';

/** What stands in a manifest: `repository[:tag][@digest]`. */
export type ImageReference = { repository: string; tag?: string; digest?: string };

/** The exact version that is written to Git. It always carries both: the tag for people, the digest for machines. */
export type Pin = { repository: string; tag: string; digest: string };

const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$/;
const repositoryPattern = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;
const ecrHostPattern =
  /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/;

/** Whether a container runtime takes it as a tag. @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export const isTag = (text: string) => tagPattern.test(text);
export const isDigest = (text: string) => digestPattern.test(text);
export const isRepositoryName = (text: string) => text.length <= 256 && repositoryPattern.test(text);

/**
 * Takes an image reference apart.
 *
 * @returns undefined if it isn't one
 * @see https://github.com/distribution/reference/blob/main/reference.go
 */
export function parseReference(text: string): ImageReference | undefined {
  const [named = '', digest, ...rest] = text.split('@');
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (rest.length > 0 || repository === '' || /\s/.test(repository)) return undefined;
  if (tag !== undefined && !isTag(tag)) return undefined;
  if (digest !== undefined && !isDigest(digest)) return undefined;
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** `repository:tag@sha256:…` */
export const formatPin = (pin: Pin): string => formatReference(pin);

/** The inverse of `parseReference`. */
export function formatReference({ repository, tag, digest }: ImageReference): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The last part of a repository's name: what people call it. */
export const shortName = (repository: string) => repository.slice(repository.lastIndexOf('/') + 1);

/** @returns undefined if `text` isn't the name of an ECR repository */
export function parseEcrRepository(text: string): ImageRepository | undefined {
  const slash = text.indexOf('/');
  const [, account, region] = ecrHostPattern.exec(text.slice(0, slash)) ?? [];
  const name = text.slice(slash + 1);
  return account !== undefined && region !== undefined && isRepositoryName(name)
    ? { account, region, name }
    : undefined;
}

/** The name under which images of an ECR repository are pulled. */
export function formatEcrRepository({ account, region, name }: ImageRepository): string {
  return `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/${name}`;
}

export const isSameRepository = (one: ImageRepository, other: ImageRepository) =>
  one.account === other.account && one.region === other.region && one.name === other.name;
