import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isSignedBy, problemOfKey, readKey } from '../../../../shared/images/signatures/keys.ts';
import { aKeyPair, pemOf } from './signing.ts';

const wanted =
  'must be a public key as PEM ("-----BEGIN PUBLIC KEY-----"): ECDSA P-256, P-384 or P-521, RSA, or Ed25519';

describe('problemOfKey', () => {
  test.each([
    ['ECDSA P-256', aKeyPair()],
    ['ECDSA P-384', aKeyPair('P-384')],
    ['ECDSA P-521', aKeyPair('P-521')],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 3072 })],
    ['Ed25519', generateKeyPairSync('ed25519')],
  ])('has nothing against %s, also with space around it', (_name, pair) => {
    expect(problemOfKey(pemOf(pair))).toBeUndefined();
    expect(problemOfKey(`\n${pemOf(pair)}\n\n`)).toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['words', 'cosign.pub'],
    ['half a key', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n'],
    ['two keys', `${pemOf(aKeyPair())}${pemOf(aKeyPair())}`],
    ["another curve, Bitcoin's", pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))],
    ['a key that only agrees on secrets', pemOf(generateKeyPairSync('x25519'))],
    [
      'RSA of an old form',
      String(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'pkcs1', format: 'pem' })),
    ],
  ])('refuses %s', (_name, text) => {
    expect(problemOfKey(text)).toBe(wanted);
  });

  test('refuses a private key, and says that it is one', () => {
    const { privateKey } = aKeyPair();
    const text = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(problemOfKey(text)).toBe(`${wanted}; this is a private key`);
  });

  test('refuses an RSA key that is too short', () => {
    expect(problemOfKey(pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })))).toBe(
      'must have at least 2,048 bits; it has 1024',
    );
  });
});

test('isSignedBy never throws, whatever the signature is', () => {
  const key = readKey(pemOf(aKeyPair()));
  for (const signature of [new Uint8Array(), new Uint8Array([0x30]), new Uint8Array(10_000)])
    expect(isSignedBy(key, Buffer.from('x'), signature)).toBe(false);
});
