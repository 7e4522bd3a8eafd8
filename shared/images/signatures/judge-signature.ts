import type { KeyObject } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { toSignedEntity, VerificationError, type Verifier } from '@sigstore/verify';
import type { VerifyRule } from '../../config/verify-rule.ts';
import { matchesWildcard } from '../../wildcard.ts';
import type { AttachedSignature } from '../ports.ts';
import { readBundle } from './bundle.ts';
import { fingerprintOf, isSignedBy, readKey } from './keys.ts';
import { hasCertificate, quoted, type Reading, type Signed, type Subject } from './signed.ts';
import { readSimpleSigning } from './simple-signing.ts';
import { readTrustedRoot } from './trusted-root.ts';

/** What a rule of `deployer.yaml` says of one signature; `problem` continues a sentence that begins "one". */
export type Judgement = { isAccepted: true } | { isAccepted: false; problem: string };

type Identity = { issuer: string; subject: string };
type Signers = { keys: KeyObject[]; identities: Identity[]; verifier?: Verifier };

const made = new WeakMap<VerifyRule, Signers>();

/** The keys and certificates of a rule are read once, however many signatures are judged by it. */
function signersOf(rule: VerifyRule): Signers {
  const { keys = [], identities = [], trustedRoot } = rule;
  const read = () => ({
    keys: keys.map(readKey),
    identities,
    ...(trustedRoot !== undefined && { verifier: readTrustedRoot(trustedRoot) }),
  });
  const signers = made.get(rule) ?? read();
  made.set(rule, signers);
  return signers;
}

/** @param content of the signature's blob; undefined if it can't be had, or is too large to be a signature */
export function judgeSignature(
  { form, annotations }: AttachedSignature,
  content: Uint8Array | undefined,
  subject: Subject,
  rule: VerifyRule,
): Judgement {
  if (content === undefined) return rejected("can't be read, or is too large");
  const reading: Reading =
    form === 'simple-signing'
      ? readSimpleSigning(content, annotations, subject)
      : readBundle(content, subject, rule.attestations);
  return 'problem' in reading ? rejected(reading.problem) : judgeSigner(reading.signed, signersOf(rule));
}

const rejected = (problem: string): Judgement => ({ isAccepted: false, problem });

function judgeSigner(signed: Signed, { keys, identities, verifier }: Signers): Judgement {
  if (keys.some((key) => isSignedBy(key, signed.bytes, signed.signature))) return { isAccepted: true };
  const { bundle, bytes } = signed;
  if (bundle === undefined || !hasCertificate(bundle))
    return rejected(keys.length > 0 ? 'is by another key' : 'is by a key, not by a certificate');
  if (verifier === undefined) return rejected('is by a certificate, not by an accepted key');
  return judgeCertificate(verifier, { bundle, bytes }, identities);
}

type Certified = { bundle: Bundle; bytes: Buffer };

function judgeCertificate(verifier: Verifier, { bundle, bytes }: Certified, accepted: readonly Identity[]): Judgement {
  const signer = tryToVerify(verifier, { bundle, bytes });
  if ('problem' in signer) return rejected(signer.problem);
  const isOne = (one: Identity) => one.issuer === signer.issuer && matchesWildcard(signer.subject, one.subject);
  if (accepted.some(isOne)) return { isAccepted: true };
  return rejected(`is by ${quoted(signer.subject)} of the issuer ${quoted(signer.issuer)}`);
}

/** Certificate, logs, times and the signature itself; who it is, is believed only then. */
function tryToVerify(verifier: Verifier, { bundle, bytes }: Certified): Identity | { problem: string } {
  try {
    const { identity } = verifier.verify(toSignedEntity(bundle, bytes));
    return { issuer: identity?.extensions?.issuer ?? '', subject: identity?.subjectAlternativeName ?? '' };
  } catch (error) {
    const problem = error instanceof VerificationError ? problems[error.code] : undefined;
    return { problem: problem ?? "has a certificate or a log entry that can't be read" };
  }
}

const inLog = "is in no transparency log of the trusted root, or its entry there isn't valid";

const problems: Partial<Record<VerificationError['code'], string>> = {
  TLOG_ERROR: inLog,
  TLOG_INCLUSION_PROOF_ERROR: inLog,
  TLOG_INCLUSION_PROMISE_ERROR: inLog,
  TLOG_MISSING_INCLUSION_ERROR: inLog,
  TLOG_BODY_ERROR: 'has an entry of the transparency log that is about another signature',
  CERTIFICATE_ERROR: 'has a certificate that the trusted root does not vouch for',
  SIGNATURE_ERROR: 'does not match what it signs',
  TIMESTAMP_ERROR: 'has no time that a log or an authority of the trusted root vouches for',
};

const mostSigners = 5;

/** Whom a rule accepts, for messages: `the key sha256:1234…, https://… of https://…`. */
export function describeSigners(rule: VerifyRule): string {
  const all = [
    ...signersOf(rule).keys.map((key) => `the key ${fingerprintOf(key)}…`),
    ...(rule.identities ?? []).map(({ issuer, subject }) => `${subject} of ${issuer}`),
  ];
  const more = all.length > mostSigners ? [`${all.length - mostSigners} more`] : [];
  return [...all.slice(0, mostSigners), ...more].join(', ');
}
