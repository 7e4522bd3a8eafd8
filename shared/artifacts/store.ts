import { BadInputError } from '../errors.ts';
import { inMegabytes } from '../tree/limits.ts';

/** Immutable objects by key, e.g. in S3. A key is written once; writing it again with `putOnce` is a named success. */
export type ObjectStore = {
  /**
   * @param maximumBytes of an object that somebody else wrote: a larger one isn't even begun to be read. Default: any size
   * @throws MissingError if there is none, BadInputError if it is larger
   */
  get(key: string, maximumBytes?: number): Promise<Uint8Array>;
  /** `exists` where the key had been written before: its content is the same, since keys name their content. */
  putOnce(key: string, bytes: Uint8Array): Promise<'written' | 'exists'>;
};

export function checkSize(key: string, bytes: number, maximumBytes = Number.POSITIVE_INFINITY): void {
  if (bytes <= maximumBytes) return;
  const message = `${key} is larger than ${inMegabytes(maximumBytes)}`;
  throw new BadInputError([{ message }]);
}

/** What `source` hands to `renderer` instead of rights. URLs are valid for `expiresInSeconds`. */
export type Presigner = {
  presignGet(key: string, expiresInSeconds: number): Promise<string>;
  /** The URL's holder must send `If-None-Match: *`. */
  presignPut(key: string, expiresInSeconds: number): Promise<string>;
};
