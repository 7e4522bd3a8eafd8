/** One tag of a repository, as the registry knows it now. */
export type ImageVersion = {
  tag: string;
  /** `sha256:` and 64 hex digits. */
  digest: string;
  pushedAt?: Date;
  /** Media type of what the manifest describes, where the registry says it: signatures and attestations have one of their own. */
  artifactType?: string;
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
};

/** An ECR repository: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. */
export type ImageRepository = { account: string; region: string; name: string };
