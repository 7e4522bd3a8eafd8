import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** By what a key signs: cosign and KMS take the digest that fits the curve, older versions of cosign always SHA-256. Ed25519 has its own. */
const digests: Readonly<Record<string, readonly (string | null)[]>> = {
  prime256v1: ['sha256'],
  secp384r1: ['sha384', 'sha256'],
  secp521r1: ['sha512', 'sha256'],
  rsa: ['sha256'],
  ed25519: [null],
};

const kindOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string =>
  asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? '';

const pem = /^\s*-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\s*$/;
const fewestBits = 2048;

/** @returns undefined if it is a public key as PEM by which signatures can be checked, or else what would be accepted */
export function problemOfKey(text: string): string | undefined {
  const wanted = 'a public key as PEM ("-----BEGIN PUBLIC KEY-----"): ECDSA P-256, P-384 or P-521, RSA, or Ed25519';
  if (text.includes('PRIVATE KEY')) return `must be ${wanted}; this is a private key`;
  const key = pem.test(text) ? tryToRead(text) : undefined;
  if (key === undefined || !Object.hasOwn(digests, kindOf(key))) return `must be ${wanted}`;
  const { modulusLength = fewestBits } = key.asymmetricKeyDetails ?? {};
  return modulusLength < fewestBits ? `must have at least 2,048 bits; it has ${modulusLength}` : undefined;
}

function tryToRead(text: string): KeyObject | undefined {
  try {
    return createPublicKey(text);
  } catch {
    return undefined;
  }
}

/** @throws Error if it isn't a key: `problemOfKey` has refused such a one already */
export const readKey = (text: string): KeyObject => createPublicKey(text);

/** Whether a key made a signature. Never throws, whatever the signature is. */
export function isSignedBy(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return (digests[kindOf(key)] ?? []).some((digest) => {
    try {
      return verify(digest, bytes, key, signature);
    } catch {
      return false;
    }
  });
}

/** By which people tell keys apart: the beginning of the SHA-256 of its DER form. */
export const fingerprintOf = (key: KeyObject): string =>
  `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16)}`;
