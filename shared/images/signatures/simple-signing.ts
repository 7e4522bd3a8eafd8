import { createHash, X509Certificate } from 'node:crypto';
import { BUNDLE_V01_MEDIA_TYPE, bundleFromJSON } from '@sigstore/bundle';
import { z } from 'zod';
import { quoted, type Reading, type Subject, unreadable } from './signed.ts';

/**
 * `critical.identity` names the repository that was signed in. It isn't compared: images are copied and replicated under other names,
 * and the digest is the image.
 *
 * @see https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
const payloadSchema = z.object({
  critical: z.object({
    type: z.literal('cosign container image signature'),
    image: z.object({ 'docker-manifest-digest': z.string() }),
  }),
});

const annotationsSchema = z.object({
  'dev.cosignproject.cosign/signature': z.base64().min(1),
  'dev.sigstore.cosign/certificate': z.string().optional(),
  'dev.sigstore.cosign/bundle': z.string().optional(),
});

type Annotations = z.output<typeof annotationsSchema>;

/** What Rekor promised, as cosign keeps it. */
const logEntrySchema = z.object({
  SignedEntryTimestamp: z.base64(),
  Payload: z.object({ body: z.base64(), integratedTime: z.int(), logIndex: z.int(), logID: z.hex() }),
});
const logBodySchema = z.object({ kind: z.string(), apiVersion: z.string() });

/**
 * Reads a signature of cosign's classic form: a layer of the tag `sha256-….sig`, whose content is signed and whose annotations are the signature.
 *
 * @param content of the layer
 */
export function readSimpleSigning(
  content: Uint8Array,
  layer: Readonly<Record<string, string>>,
  { digest }: Subject,
): Reading {
  try {
    const payload = payloadSchema.parse(JSON.parse(Buffer.from(content).toString('utf8')));
    const found = payload.critical.image['docker-manifest-digest'];
    if (found !== digest) return { problem: `is of another image (${quoted(found)})` };
    return { signed: signedOf(Buffer.from(content), annotationsSchema.parse(layer)) };
  } catch {
    return unreadable;
  }
}

function signedOf(bytes: Buffer, annotations: Annotations) {
  const signature = annotations['dev.cosignproject.cosign/signature'];
  const certificate = annotations['dev.sigstore.cosign/certificate'];
  const signed = { bytes, signature: Buffer.from(signature, 'base64') };
  if (certificate === undefined) return signed;
  const bundle = bundleFromJSON({
    mediaType: BUNDLE_V01_MEDIA_TYPE,
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: new X509Certificate(certificate).raw.toString('base64') }] },
      tlogEntries: logEntriesIn(annotations['dev.sigstore.cosign/bundle']),
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(bytes).digest('base64') },
      signature,
    },
  });
  return { ...signed, bundle };
}

function logEntriesIn(text: string | undefined): object[] {
  if (text === undefined) return [];
  const { SignedEntryTimestamp, Payload } = logEntrySchema.parse(JSON.parse(text));
  const { kind, apiVersion } = logBodySchema.parse(JSON.parse(Buffer.from(Payload.body, 'base64').toString('utf8')));
  return [
    {
      logIndex: String(Payload.logIndex),
      logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
      kindVersion: { kind, version: apiVersion },
      integratedTime: String(Payload.integratedTime),
      inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
      canonicalizedBody: Payload.body,
    },
  ];
}
