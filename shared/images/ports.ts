/** One tag of a repository, as the registry knows it now. */
export type ImageVersion = {
  tag: string;
  /** `sha256:` and 64 hex digits. */
  digest: string;
  pushedAt?: Date;
  /** Media type of what the manifest describes, where the registry says it: signatures and attestations have one of their own. */
  artifactType?: string;
  /** What `Registry.platforms` said of the digest, where it was asked. */
  platforms?: string[];
};

/** For `image-updater`: the registry is asked; an event's words are never used. */
export type Registry = {
  /**
   * Every tagged image of a repository, all pages. `undefined` if the repository doesn't exist.
   *
   * @throws RefusedError naming the action and the resource that this role may not use
   * @throws TryAgainError if the registry throttles or fails
   */
  versions(repository: ImageRepository): Promise<ImageVersion[] | undefined>;
  /**
   * The platforms of a manifest list, as `linux/amd64` or `linux/arm64/v8`. None if the digest is of a single image, or isn't there any more.
   *
   * @throws RefusedError, TryAgainError as above
   */
  platforms(repository: ImageRepository, digest: string): Promise<string[]>;
  /**
   * What whoever built an image wrote on it (OCI labels and annotations, such as `org.opencontainers.image.revision`). None if it isn't there.
   *
   * @throws RefusedError, TryAgainError as above
   */
  labels(repository: ImageRepository, digest: string): Promise<Record<string, string>>;
};

/** An ECR repository: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. */
export type ImageRepository = { account: string; region: string; name: string };
