import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { initializeCA, initializeCTLog } from '@sigstore/mock/dist/fulcio/index.js';
import { initializeTLog } from '@sigstore/mock/dist/rekor/tlog.js';
import { initializeTSA } from '@sigstore/mock/dist/timestamp/tsa.js';
import type { VerifyRule } from '../../../../shared/config/verify-rule.ts';
import type { MemorySignature } from '../../../fakes/memory-registry.ts';
import { digestOf } from '../versions.ts';

type Pair = { publicKey: KeyObject; privateKey: KeyObject };

export const pemOf = ({ publicKey }: Pair): string => String(publicKey.export({ type: 'spki', format: 'pem' }));
export const aKeyPair = (namedCurve = 'P-256'): Pair => generateKeyPairSync('ec', { namedCurve });

export const aRule = (part: Partial<VerifyRule>): VerifyRule => ({ images: ['*'], attestations: [], ...part });

const base64 = (content: string | Uint8Array) => Buffer.from(content).toString('base64');
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest();

/** cosign's payload, as it is signed. */
export const aPayload = (digest: string, part: { type?: string; repository?: string } = {}) =>
  JSON.stringify({
    critical: {
      identity: { 'docker-reference': part.repository ?? 'registry.example/application' },
      image: { 'docker-manifest-digest': digest },
      type: part.type ?? 'cosign container image signature',
    },
    optional: null,
  });

/** `cosign sign --key`, in its classic form. */
export function simpleSigning(
  digest: string,
  { privateKey }: Pair,
  { content = aPayload(digest), hash = 'sha256' }: { content?: string; hash?: string | null } = {},
): MemorySignature {
  const signature = base64(sign(hash, Buffer.from(content), privateKey));
  return { form: 'simple-signing', content, annotations: { 'dev.cosignproject.cosign/signature': signature } };
}

const cosignType = 'https://sigstore.dev/cosign/sign/v1';

type Statement = { predicateType?: string; type?: string | undefined; payloadType?: string };

/** What a DSSE envelope carries, and the bytes that are signed of it. */
function statementOf(digest: string, part: Statement = {}) {
  const { predicateType = cosignType, type = 'https://in-toto.io/Statement/v1' } = part;
  const { payloadType = 'application/vnd.in-toto+json' } = part;
  const subject = [{ name: 'application', digest: { sha256: digest.slice('sha256:'.length) } }];
  const payload = JSON.stringify({ _type: type, subject, predicateType, predicate: {} });
  const bytes = Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} ${payload}`);
  return { payload, payloadType, bytes };
}

const envelopeOf = ({ payload, payloadType }: { payload: string; payloadType: string }, signature: Buffer) => ({
  dsseEnvelope: { payload: base64(payload), payloadType, signatures: [{ sig: base64(signature), keyid: '' }] },
});

const bundleOf = (verificationMaterial: object, content: object): MemorySignature => ({
  form: 'bundle',
  content: JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial,
    ...content,
  }),
});

const byKey = { publicKey: { hint: 'any' }, tlogEntries: [] as object[] };

/** `cosign sign --key`, as a bundle. */
export function keyBundle(digest: string, { privateKey }: Pair, part: Statement = {}): MemorySignature {
  const statement = statementOf(digest, part);
  return bundleOf(byKey, envelopeOf(statement, sign('sha256', statement.bytes, privateKey)));
}

/** A bundle whose signature is over the manifest itself. */
export function messageBundle(manifest: string, { privateKey }: Pair, digest = digestOf(manifest)): MemorySignature {
  const signature = base64(sign('sha256', Buffer.from(manifest), privateKey));
  const messageDigest = {
    algorithm: 'SHA2_256',
    digest: Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64'),
  };
  return bundleOf(byKey, { messageSignature: { messageDigest, signature } });
}

export type Sigstore = Awaited<ReturnType<typeof startSigstore>>;

export const workflow = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main';
export const issuer = 'https://token.actions.githubusercontent.com';
type Signer = { subject?: string; issuer?: string };

const derOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>) =>
  Buffer.from(buffer, byteOffset, byteLength);

const authorityOf = (uri: string, ...chain: ArrayBufferView<ArrayBuffer>[]) => ({
  subject: { organization: 'example', commonName: 'example' },
  uri,
  certChain: { certificates: chain.map((certificate) => ({ rawBytes: base64(derOf(certificate)) })) },
  validFor,
});

const issuerExtension = '1.3.6.1.4.1.57264.1.8';
const validFor = { start: '2020-01-01T00:00:00Z' };

/** Somebody's Sigstore: a certificate authority (Fulcio), its certificate log and a transparency log (Rekor), with real keys. */
export async function startSigstore() {
  const keys = { ca: aKeyPair('P-384'), ctLog: aKeyPair(), tLog: aKeyPair(), tsa: aKeyPair('P-384') };
  // A whole second, since the stand-in's milliseconds can't always be read, and one at which every certificate made below is valid.
  const clock = new Date((Math.floor(Date.now() / 1000) + 60) * 1000);
  const ctLog = await initializeCTLog(keys.ctLog, clock);
  const ca = await initializeCA(keys.ca, ctLog, clock);
  const tsa = await initializeTSA(keys.tsa, clock);
  const rekor = 'https://rekor.example';
  const logOf = ({ publicKey }: Pair, baseUrl: string) => {
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const key = { rawBytes: base64(der), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor };
    return { baseUrl, hashAlgorithm: 'SHA2_256', publicKey: key, logId: { keyId: base64(sha256(der)) } };
  };
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(keys.tLog, rekor)],
    ctlogs: [logOf(keys.ctLog, 'https://ct.example')],
    certificateAuthorities: [authorityOf('https://fulcio.example', ca.rootCertificate)],
    timestampAuthorities: [authorityOf('https://tsa.example', tsa.intCertificate, tsa.rootCertificate)],
  };

  async function certify({ subject = workflow, issuer: name = issuer }: Signer = {}) {
    const pair = aKeyPair();
    const certificate = await ca.issueCertificate({
      publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }) as Buffer<ArrayBuffer>,
      subjectAltName: subject,
      extensions: [{ oid: issuerExtension, value: name }],
    });
    const der = derOf(certificate);
    return { ...pair, der, pem: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n` };
  }

  type Options = Signer & { /** When the log saw it. */ at?: Date; logged?: Uint8Array };

  async function stamp(signature: Buffer): Promise<string> {
    const request = { artifactHash: sha256(signature), hashAlgorithmOID: '2.16.840.1.101.3.4.2.1' };
    return base64(derOf(await tsa.timestamp({ ...request, nonce: 1, policyOID: '1.3.6.1.4.1.57264.2' })));
  }

  async function enter(entry: object, at = clock) {
    const log = await initializeTLog(rekor, keys.tLog, at);
    const [logged] = Object.values(await log.log(entry));
    if (logged === undefined) throw new Error('the log took nothing');
    return logged as LogEntry;
  }

  return {
    trustedRoot: JSON.stringify(root),
    root,
    /** `cosign sign`, keyless, in its classic form. */
    async simpleSigning(digest: string, { at, logged, ...signer }: Options = {}): Promise<MemorySignature> {
      const { privateKey, pem } = await certify(signer);
      const content = aPayload(digest);
      const signature = sign('sha256', Buffer.from(content), privateKey);
      const entry = await enter(hashedRekord(logged ?? content, signature, pem), at);
      const { body, integratedTime, logIndex, logID, verification } = entry;
      const bundle = {
        SignedEntryTimestamp: verification.signedEntryTimestamp,
        Payload: { body, integratedTime, logIndex, logID },
      };
      return {
        form: 'simple-signing',
        content,
        annotations: {
          'dev.cosignproject.cosign/signature': base64(signature),
          'dev.sigstore.cosign/certificate': pem,
          'dev.sigstore.cosign/chain': pem,
          'dev.sigstore.cosign/bundle': JSON.stringify(bundle),
        },
      };
    },
    /** `cosign sign`, keyless, as a bundle; or an attestation of GitHub's. The second Rekor gives no time, an authority does. */
    async bundle(digest: string, { at, log = 1, ...part }: Options & Statement & { log?: 0 | 1 | 2 } = {}) {
      const { privateKey, der, pem } = await certify(part);
      const statement = statementOf(digest, { ...part, type: undefined });
      const signature = sign('sha256', statement.bytes, privateKey);
      const [entry, version] =
        log === 2
          ? [hashedRekordV2(statement.bytes, signature, der), 'hashedrekord 0.0.2']
          : [dsseEntry(statement.payload, signature, pem), 'dsse 0.0.1'];
      const tlogEntries = log === 0 ? [] : [entryOf(await enter(entry, at), version)];
      const material = { certificate: { rawBytes: base64(der) }, tlogEntries };
      const timestamps = { rfc3161Timestamps: [{ signedTimestamp: await stamp(signature) }] };
      return bundleOf(
        log === 1 ? material : { ...material, timestampVerificationData: timestamps },
        envelopeOf(statement, signature),
      );
    },
  };
}

type LogEntry = {
  body: string;
  integratedTime: number;
  logIndex: number;
  logID: string;
  verification: {
    signedEntryTimestamp: string;
    inclusionProof: { rootHash: string; treeSize: number; checkpoint: string };
  };
};

const hashedRekord = (content: string | Uint8Array, signature: Buffer, pem: string) => ({
  ...{ apiVersion: '0.0.1', kind: 'hashedrekord' },
  spec: {
    data: { hash: { algorithm: 'sha256', value: sha256(content).toString('hex') } },
    signature: { content: base64(signature), publicKey: { content: base64(pem) } },
  },
});

const dsseEntry = (payload: string, signature: Buffer, pem: string) => ({
  ...{ apiVersion: '0.0.1', kind: 'dsse' },
  spec: {
    payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
    signatures: [{ signature: base64(signature), verifier: base64(pem) }],
  },
});

const hashedRekordV2 = (content: Uint8Array, signature: Buffer, der: Buffer) => ({
  ...{ apiVersion: '0.0.2', kind: 'hashedrekord' },
  spec: {
    hashedRekordV002: {
      data: { algorithm: 'SHA2_256', digest: base64(sha256(content)) },
      signature: {
        content: base64(signature),
        verifier: { x509Certificate: { rawBytes: base64(der) }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' },
      },
    },
  },
});

/** @param kind and version, of which the newer one has a proof, but no promise and no time */
function entryOf({ body, integratedTime, logIndex, logID, verification }: LogEntry, kindAndVersion: string) {
  const { signedEntryTimestamp, inclusionProof } = verification;
  const [kind = '', version = ''] = kindAndVersion.split(' ');
  const time = { integratedTime: String(integratedTime), inclusionPromise: { signedEntryTimestamp } };
  return {
    logIndex: String(logIndex),
    logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
    kindVersion: { kind, version },
    ...(version === '0.0.1' && time),
    inclusionProof: {
      ...{ logIndex: '0', treeSize: String(inclusionProof.treeSize), hashes: [] },
      rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
      checkpoint: { envelope: inclusionProof.checkpoint },
    },
    canonicalizedBody: body,
  };
}
