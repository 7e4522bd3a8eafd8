import { type Bundle, bundleFromJSON, type Envelope, type MessageSignature } from '@sigstore/bundle';
import { HashAlgorithm } from '@sigstore/protobuf-specs';
import { z } from 'zod';
import { quoted, type Reading, type Subject, unreadable } from './signed.ts';

/** What `cosign sign` states. Anything else that is stated about an image, such as a list of its flaws, is no approval. */
const signatureType = 'https://sigstore.dev/cosign/sign/v1';
const statementMediaType = 'application/vnd.in-toto+json';

/** @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md */
const statementSchema = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })),
  predicateType: z.string(),
});

/** Each is checked, so that a bundle with thousands can't keep the function busy. */
const mostEntries = 8;

/**
 * Reads a Sigstore bundle: cosign's new form, and that of GitHub's attestations.
 *
 * @param attestations predicate types that count beside cosign's
 * @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
 */
export function readBundle(content: Uint8Array, subject: Subject, attestations: readonly string[]): Reading {
  try {
    const bundle = bundleFromJSON(JSON.parse(Buffer.from(content).toString('utf8')));
    if (countEntries(bundle) > mostEntries)
      return { problem: `has more than ${mostEntries} log entries or timestamps` };
    return bundle.content.$case === 'dsseEnvelope'
      ? readEnvelope(bundle, bundle.content.dsseEnvelope, subject, [signatureType, ...attestations])
      : readMessage(bundle, bundle.content.messageSignature, subject);
  } catch {
    return unreadable;
  }
}

const countEntries = ({ verificationMaterial: { tlogEntries, timestampVerificationData } }: Bundle): number =>
  Math.max(tlogEntries.length, timestampVerificationData?.rfc3161Timestamps.length ?? 0);

function readEnvelope(bundle: Bundle, envelope: Envelope, { digest }: Subject, accepted: readonly string[]): Reading {
  const { payload, payloadType, signatures } = envelope;
  if (payloadType !== statementMediaType) return { problem: `is no statement about an image (${quoted(payloadType)})` };
  const { subject, predicateType } = statementSchema.parse(JSON.parse(payload.toString('utf8')));
  if (!accepted.includes(predicateType)) return { problem: `is an attestation (${quoted(predicateType)})` };
  if (!subject.some((one) => `sha256:${one.digest.sha256 ?? ''}` === digest))
    return { problem: `is of another image (${quoted(`sha256:${subject[0]?.digest.sha256 ?? ''}`)})` };
  const [signature] = signatures;
  return signature === undefined
    ? unreadable
    : { signed: { bytes: preAuthEncoding(payloadType, payload), signature: signature.sig, bundle } };
}

/** @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#signature-definition */
const preAuthEncoding = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.byteLength} `), payload]);

/** Here the manifest itself is signed. */
function readMessage(
  bundle: Bundle,
  { messageDigest, signature }: MessageSignature,
  { digest, manifest }: Subject,
): Reading {
  const found = `sha256:${messageDigest.digest.toString('hex')}`;
  if (messageDigest.algorithm !== HashAlgorithm.SHA2_256 || found !== digest)
    return { problem: `is of another image (${quoted(found)})` };
  return manifest === undefined ? unreadable : { signed: { bytes: Buffer.from(manifest), signature, bundle } };
}
