import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { VerifyRule } from '../../../../shared/config/verify-rule.ts';
import { describeSigners, judgeSignature } from '../../../../shared/images/signatures/judge-signature.ts';
import type { MemorySignature } from '../../../fakes/memory-registry.ts';
import { digestOf } from '../versions.ts';
import {
  aKeyPair,
  aPayload,
  aRule,
  issuer,
  keyBundle,
  messageBundle,
  pemOf,
  type Sigstore,
  simpleSigning,
  startSigstore,
  workflow,
} from './signing.ts';

const manifest = '{"schemaVersion":2}';
const digest = digestOf(manifest);
const key = aKeyPair();
const byKey = aRule({ keys: [pemOf(aKeyPair()), pemOf(key)] });

/** `accepted`, or why not. */
function judge(signature: MemorySignature, rule: VerifyRule, given: { manifest?: Uint8Array } = {}): string {
  const { form, content, annotations = {} } = signature;
  const attached = { form, digest: digestOf(content), annotations };
  const judgement = judgeSignature(attached, Buffer.from(content), { digest, ...given }, rule);
  return judgement.isAccepted ? 'accepted' : judgement.problem;
}

describe("a signature of cosign's classic form", () => {
  test('by one of the keys is accepted, whatever repository it was made in', () => {
    expect(judge(simpleSigning(digest, key), byKey)).toBe('accepted');
    const elsewhere = simpleSigning(digest, key, { content: aPayload(digest, { repository: 'elsewhere.example/x' }) });
    expect(judge(elsewhere, byKey)).toBe('accepted');
  });

  test.each([
    ['ECDSA P-384, as KMS signs', aKeyPair('P-384'), 'sha384'],
    ['ECDSA P-384, as older versions of cosign sign', aKeyPair('P-384'), 'sha256'],
    ['ECDSA P-521', aKeyPair('P-521'), 'sha512'],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }), 'sha256'],
    ['Ed25519', generateKeyPairSync('ed25519'), null],
  ])('may be by a key of another kind: %s', (_name, pair, hash) => {
    expect(judge(simpleSigning(digest, pair, { hash }), aRule({ keys: [pemOf(pair)] }))).toBe('accepted');
  });

  test('fault 25: by another key is refused', () => {
    expect(judge(simpleSigning(digest, aKeyPair()), byKey)).toBe('is by another key');
  });

  test('fault 25: of another image is refused, although the key is right', () => {
    const other = digestOf('other');
    expect(judge(simpleSigning(other, key), byKey)).toBe(`is of another image ("${other}")`);
  });

  test('fault 25: whose payload was changed to name this image is refused', () => {
    const { annotations = {} } = simpleSigning(digestOf('other'), key);
    expect(judge({ form: 'simple-signing', content: aPayload(digest), annotations }, byKey)).toBe('is by another key');
  });

  test('fault 25: with a weak digest is refused', () => {
    expect(judge(simpleSigning(digest, key, { hash: 'sha1' }), byKey)).toBe('is by another key');
  });

  test.each<[string, Partial<MemorySignature>]>([
    [
      'another kind of payload',
      simpleSigning(digest, key, { content: aPayload(digest, { type: 'atomic container' }) }),
    ],
    ['a payload that is no JSON', simpleSigning(digest, key, { content: digest })],
    ['an empty payload', simpleSigning(digest, key, { content: '' })],
    ['no signature', { annotations: {} }],
    ['an empty signature', { annotations: { 'dev.cosignproject.cosign/signature': '' } }],
    ['a signature that is no Base64', { annotations: { 'dev.cosignproject.cosign/signature': 'ä' } }],
  ])('fault 25: with %s is refused', (_name, part) => {
    expect(judge({ ...simpleSigning(digest, key), ...part }, byKey)).toBe("can't be read");
  });

  test('fault 25: that could not be had is refused', () => {
    const attached = { form: 'simple-signing' as const, digest, annotations: {} };
    expect(judgeSignature(attached, undefined, { digest }, byKey)).toEqual({
      isAccepted: false,
      problem: "can't be read, or is too large",
    });
  });

  test('fault 25: is refused with any byte of payload or signature changed', () => {
    const { content, annotations = {} } = simpleSigning(digest, key);
    const signature = Buffer.from(annotations['dev.cosignproject.cosign/signature'] ?? '', 'base64');
    const flipped = (bytes: Buffer, at: number, bit: number) => {
      const copy = Buffer.from(bytes);
      copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ (1 << bit);
      return copy;
    };
    const position = [fc.nat(), fc.integer({ min: 0, max: 7 })] as const;
    fc.assert(
      fc.property(...position, fc.boolean(), (at, bit, isPayload) => {
        const changed = {
          form: 'simple-signing' as const,
          content: isPayload ? flipped(Buffer.from(content), at, bit).toString('latin1') : content,
          annotations: isPayload
            ? annotations
            : { 'dev.cosignproject.cosign/signature': flipped(signature, at, bit).toString('base64') },
        };
        expect(judge(changed, byKey)).not.toBe('accepted');
      }),
    );
  });
});

describe('a bundle by a key', () => {
  test('is accepted as a statement of cosign', () => {
    expect(judge(keyBundle(digest, key), byKey)).toBe('accepted');
    expect(judge(keyBundle(digest, key, { type: 'https://in-toto.io/Statement/v0.1' }), byKey)).toBe('accepted');
  });

  test('is accepted over the manifest itself', () => {
    const given = { manifest: Buffer.from(manifest) };
    expect(judge(messageBundle(manifest, key), byKey, given)).toBe('accepted');
    expect(judge(messageBundle(manifest, aKeyPair()), byKey, given)).toBe('is by another key');
    expect(judge(messageBundle('other', key), byKey, given)).toBe(`is of another image ("${digestOf('other')}")`);
    expect(judge(messageBundle('other', key, digest), byKey, given)).toBe('is by another key');
    expect(judge(messageBundle(manifest, key), byKey)).toBe("can't be read");
  });

  test('fault 25: by another key is refused', () => {
    expect(judge(keyBundle(digest, aKeyPair()), byKey)).toBe('is by another key');
  });

  test('fault 25: of another image is refused', () => {
    expect(judge(keyBundle(digestOf('other'), key), byKey)).toBe(`is of another image ("${digestOf('other')}")`);
  });

  test('fault 25: an attestation counts only where it is said to', () => {
    const provenance = 'https://slsa.dev/provenance/v1';
    const attestation = keyBundle(digest, key, { predicateType: provenance });
    expect(judge(attestation, byKey)).toBe(`is an attestation ("${provenance}")`);
    expect(judge(attestation, { ...byKey, attestations: [provenance] })).toBe('accepted');
    const flaws = keyBundle(digest, key, { predicateType: 'https://cosign.sigstore.dev/attestation/vuln/v1' });
    expect(judge(flaws, { ...byKey, attestations: [provenance] })).toMatch(/^is an attestation/);
  });

  test('fault 25: with another payload than a statement is refused', () => {
    expect(judge(keyBundle(digest, key, { payloadType: 'text/plain' }), byKey)).toBe(
      'is no statement about an image ("text/plain")',
    );
    expect(judge(keyBundle(digest, key, { type: 'https://example.com/Statement' }), byKey)).toBe("can't be read");
  });

  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"mediaType":1}',
    'no JSON',
    '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":null}',
  ])('fault 25: that is none (%s) is refused', (content) => {
    expect(judge({ form: 'bundle', content }, byKey)).toBe("can't be read");
  });
});

describe('a signature without a key of its own', () => {
  let sigstore: Sigstore;
  let rule: VerifyRule;
  const identities = [{ issuer, subject: workflow }];

  beforeAll(async () => {
    sigstore = await startSigstore();
    rule = aRule({ identities, trustedRoot: sigstore.trustedRoot });
  });

  test.each(['simpleSigning', 'bundle'] as const)('is accepted by the right identity (%s)', async (form) => {
    expect(judge(await sigstore[form](digest), rule)).toBe('accepted');
  });

  test("is accepted with Rekor's second version, where an authority vouches for the time", async () => {
    expect(judge(await sigstore.bundle(digest, { log: 2 }), rule)).toBe('accepted');
    const other = await startSigstore();
    const trustedRoot = JSON.stringify({ ...sigstore.root, timestampAuthorities: other.root.timestampAuthorities });
    expect(judge(await sigstore.bundle(digest, { log: 2 }), aRule({ identities, trustedRoot }))).toBe(
      'has no time that a log or an authority of the trusted root vouches for',
    );
  });

  test('needs no log where the trusted root names none, but a time', async () => {
    const unlogged = await sigstore.bundle(digest, { log: 0 });
    expect(judge(unlogged, rule)).toBe("is in no transparency log of the trusted root, or its entry there isn't valid");
    const trustedRoot = JSON.stringify({ ...sigstore.root, tlogs: [] });
    expect(judge(unlogged, aRule({ identities, trustedRoot }))).toBe('accepted');
    expect(judge(await sigstore.simpleSigning(digest), aRule({ identities, trustedRoot }))).not.toBe('accepted');
  });

  test.each(['simpleSigning', 'bundle'] as const)('fault 25: by the wrong identity is refused (%s)', async (form) => {
    const subject = 'https://github.com/evil/shop/.github/workflows/release.yml@refs/heads/main';
    expect(judge(await sigstore[form](digest, { subject }), rule)).toBe(`is by "${subject}" of the issuer "${issuer}"`);
  });

  test.each(['simpleSigning', 'bundle'] as const)('fault 25: by the wrong issuer is refused (%s)', async (form) => {
    const wrong = 'https://accounts.example.com';
    expect(judge(await sigstore[form](digest, { issuer: wrong }), rule)).toBe(
      `is by "${workflow}" of the issuer "${wrong}"`,
    );
  });

  test.each([`${workflow}-2`, `https://evil.example/${workflow}`, workflow.toUpperCase()])(
    'fault 25: by an identity that only has the right one in it is refused (%s)',
    async (subject) => {
      expect(judge(await sigstore.simpleSigning(digest, { subject }), rule)).toMatch(/^is by "/);
    },
  );

  test('is accepted by any identity of a pattern, and no other', async () => {
    const subject = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/tags/v*';
    const tags = aRule({ identities: [{ issuer, subject }], trustedRoot: sigstore.trustedRoot });
    const signed = (name: string) => sigstore.bundle(digest, { subject: subject.replace('v*', name) });
    expect(judge(await signed('v1.2.3'), tags)).toBe('accepted');
    expect(judge(await signed('nightly'), tags)).toMatch(/^is by "/);
  });

  test.each(['simpleSigning', 'bundle'] as const)('fault 25: of another image is refused (%s)', async (form) => {
    expect(judge(await sigstore[form](digestOf('other')), rule)).toMatch(/^is of another image/);
  });

  test("fault 25: from somebody else's Sigstore is refused", async () => {
    const other = await startSigstore();
    for (const form of ['simpleSigning', 'bundle'] as const)
      expect(judge(await other[form](digest), rule)).toBe('has a certificate that the trusted root does not vouch for');
  });

  test('fault 25: that no transparency log has is refused', async () => {
    const { annotations: { 'dev.sigstore.cosign/bundle': _, ...annotations } = {}, ...signature } =
      await sigstore.simpleSigning(digest);
    expect(judge({ ...signature, annotations }, rule)).toBe(
      'has no time that a log or an authority of the trusted root vouches for',
    );
  });

  test('fault 25: whose entry is of a log that nobody trusts is refused', async () => {
    const other = await startSigstore();
    const trustedRoot = JSON.stringify({ ...sigstore.root, tlogs: other.root.tlogs });
    for (const form of ['simpleSigning', 'bundle'] as const)
      expect(judge(await sigstore[form](digest), aRule({ identities, trustedRoot }))).toBe(
        "is in no transparency log of the trusted root, or its entry there isn't valid",
      );
  });

  test('fault 25: whose certificate no certificate log has is refused', async () => {
    const other = await startSigstore();
    const trustedRoot = JSON.stringify({ ...sigstore.root, ctlogs: other.root.ctlogs });
    expect(judge(await sigstore.bundle(digest), aRule({ identities, trustedRoot }))).toBe(
      'has a certificate that the trusted root does not vouch for',
    );
  });

  test('fault 25: with the log entry of another signature is refused', async () => {
    const logged = Buffer.from('something else');
    expect(judge(await sigstore.simpleSigning(digest, { logged }), rule)).toBe(
      'has an entry of the transparency log that is about another signature',
    );
  });

  test.each(['simpleSigning', 'bundle'] as const)(
    'fault 25: made after its certificate had run out is refused (%s)',
    async (form) => {
      const at = new Date(Date.now() + 3_600_000);
      expect(judge(await sigstore[form](digest, { at }), rule)).toBe(
        'has a certificate that the trusted root does not vouch for',
      );
    },
  );

  test('fault 25: with a changed payload is refused', async () => {
    const { content, ...signature } = await sigstore.simpleSigning(digest);
    expect(judge({ ...signature, content: `${content} ` }, rule)).not.toBe('accepted');
  });

  test('fault 25: with a certificate that can not be read is refused', async () => {
    const { annotations, ...signature } = await sigstore.simpleSigning(digest);
    const certificate = {
      'dev.sigstore.cosign/certificate': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    };
    expect(judge({ ...signature, annotations: { ...annotations, ...certificate } }, rule)).toBe("can't be read");
  });

  test('fault 25: with more log entries than anybody needs is refused', async () => {
    const { content, ...signature } = await sigstore.bundle(digest);
    const { verificationMaterial, ...rest } = JSON.parse(content);
    const [entry] = verificationMaterial.tlogEntries;
    const many = { ...rest, verificationMaterial: { ...verificationMaterial, tlogEntries: Array(9).fill(entry) } };
    expect(judge({ ...signature, content: JSON.stringify(many) }, rule)).toBe(
      'has more than 8 log entries or timestamps',
    );
  });

  test('fault 25: counts only where identities are accepted, and a key only where keys are', async () => {
    expect(judge(await sigstore.simpleSigning(digest), byKey)).toBe('is by a certificate, not by an accepted key');
    expect(judge(await sigstore.bundle(digest), byKey)).toBe('is by a certificate, not by an accepted key');
    expect(judge(simpleSigning(digest, key), rule)).toBe('is by a key, not by a certificate');
    expect(judge(keyBundle(digest, key), rule)).toBe('is by a key, not by a certificate');
  });

  test('is accepted beside keys: one of both is enough', async () => {
    const both = aRule({ ...byKey, ...rule });
    expect(judge(await sigstore.bundle(digest), both)).toBe('accepted');
    expect(judge(keyBundle(digest, key), both)).toBe('accepted');
  });

  test('is described by who is accepted', () => {
    expect(describeSigners(rule)).toBe(`${workflow} of ${issuer}`);
    expect(describeSigners(aRule({ ...byKey, ...rule }))).toMatch(
      /^the key sha256:[0-9a-f]{16}…, the key sha256:[0-9a-f]{16}…, https:/,
    );
    const many = aRule({ ...rule, identities: Array(7).fill({ issuer: 'i', subject: 's' }) });
    expect(describeSigners(many)).toBe('s of i, s of i, s of i, s of i, s of i, 2 more');
  });
});
