/** Immutable objects by key, e.g. in S3. A key is written once; writing it again with `putOnce` is a named success. */
export type ObjectStore = {
  /** @throws MissingError if there is none */
  get(key: string): Promise<Uint8Array>;
  /** `exists` where the key had been written before: its content is the same, since keys name their content. */
  putOnce(key: string, bytes: Uint8Array): Promise<'written' | 'exists'>;
};

/** What `source` hands to `renderer` instead of rights. URLs are valid for `expiresInSeconds`. */
export type Presigner = {
  presignGet(key: string, expiresInSeconds: number): Promise<string>;
  /** The URL's holder must send `If-None-Match: *`. */
  presignPut(key: string, expiresInSeconds: number): Promise<string>;
};
