import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, Verifier } from '@sigstore/verify';

/**
 * The checker of certificates that a trusted root makes. It demands what the root knows: an entry in a transparency log and one in a
 * certificate log where the root names such logs, and always a time that a log or a time stamping authority vouches for.
 *
 * @throws Error if it isn't a trusted root: `problemOfTrustedRoot` has refused such a one already
 * @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
 */
export function readTrustedRoot(text: string): Verifier {
  const material = materialIn(text);
  return new Verifier(material, {
    tlogThreshold: material.tlogs.length > 0 ? 1 : 0,
    ctlogThreshold: material.ctlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  });
}

const materialIn = (text: string) => toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(text)));

/** @returns undefined if signatures can be checked by it, or else what would be accepted */
export function problemOfTrustedRoot(text: string): string | undefined {
  try {
    const { certificateAuthorities, tlogs, timestampAuthorities } = materialIn(text);
    if (certificateAuthorities.length === 0) return 'must name a certificate authority; it names none';
    return tlogs.length + timestampAuthorities.length > 0
      ? undefined
      : 'must name a transparency log or a time stamping authority; it names none';
  } catch {
    return 'must be a Sigstore trusted root as JSON, as "cosign trusted-root create --with-default-services" writes it';
  }
}
