/** One tag of a repository, as the registry knows it now. */
export type ImageVersion = { tag: string; digest: string; pushedAt?: Date };

/** For `image-updater`: the registry is asked; an event's words are never used. */
export type Registry = {
  /** Every tagged image of a repository, all pages. `undefined` if the repository doesn't exist. */
  versions(repository: ImageRepository): Promise<ImageVersion[] | undefined>;
};

/** An ECR repository: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. */
export type ImageRepository = { account: string; region: string; name: string };
