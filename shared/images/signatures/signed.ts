import type { Bundle } from '@sigstore/bundle';

/** A signature that says to be about the image in question: who made it is still to be checked. */
export type Signed = {
  /** What the signature is over. */
  bytes: Buffer;
  signature: Buffer;
  /** With the signer's certificate and the entries of the logs; undefined where a bare key has signed. */
  bundle?: Bundle;
};

/** What was read of an attached signature. `problem` continues a sentence that begins "one". */
export type Reading = { signed: Signed } | { problem: string };

/** The image that has to be signed. */
export type Subject = {
  /** `sha256:…`, of the manifest list where it is one. */
  digest: string;
  /** Byte for byte, where the registry gave one that has this digest. */
  manifest?: Uint8Array | undefined;
};

export const unreadable: Reading = { problem: "can't be read" };

const longest = 200;

/** The words for a digest, a type or a name that somebody else wrote: no longer than what is meant to stand there. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

export const hasCertificate = ({ verificationMaterial: { content } }: Bundle): boolean => content.$case !== 'publicKey';
