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
  /** Why it may not be chosen although the policy allows it. */
  refusal?: string;
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
  /**
   * What is attached to an image and says to be its signature: by cosign's tag, or as an OCI referrer. None if the image isn't there.
   *
   * @throws RefusedError, TryAgainError as above
   */
  signatures(repository: ImageRepository, digest: string): Promise<ImageSignatures>;
  /**
   * A blob by its digest.
   *
   * @param limits `largest` in bytes
   * @returns undefined if it isn't there, is larger, or isn't what its digest says
   * @throws RefusedError, TryAgainError as above
   */
  blob(repository: ImageRepository, digest: string, limits: { largest: number }): Promise<Uint8Array | undefined>;
};

export type ImageSignatures = {
  /** The image's manifest byte for byte, if it has the digest that was asked for: some signatures are made over it. */
  manifest?: Uint8Array;
  /** Not more than `mostSignatures`. */
  signatures: AttachedSignature[];
  /** Whether there are more. */
  isCutOff: boolean;
};

/** Nobody signs an image so often; it keeps what a registry can be filled with from keeping us busy. */
export const mostSignatures = 32;

/** Nothing of it is to be believed before it was verified. */
export type AttachedSignature = {
  form: 'simple-signing' | 'bundle';
  /** Of the blob: what was signed, or a Sigstore bundle. */
  digest: string;
  /** Of the layer. In cosign's classic form these are the signature, the certificate and the log's entry. */
  annotations: Record<string, string>;
};

/** An ECR repository: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. */
export type ImageRepository = { account: string; region: string; name: string };
