import { beforeAll, describe, expect, test } from 'vitest';
import type { VerifyRule } from '../../../shared/config/verify-rule.ts';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import { mostSignatures } from '../../../shared/images/ports.ts';
import {
  aKeyPair,
  aRule,
  issuer,
  keyBundle,
  pemOf,
  type Sigstore,
  simpleSigning,
  startSigstore,
  workflow,
} from '../../shared/images/signatures/signing.ts';
import { digestOf } from '../../shared/images/versions.ts';
import { aDeployment, application, deploymentFile, pinOf, repositoryOf, startAtOne, versionOf } from './bench.ts';
import { anEcrEvent, aPush, aScan } from './events.ts';

const key = aKeyPair();
const rule = aRule({ keys: [pemOf(key)] });
const repository = repositoryOf(application);
const signatureTagOf = (tag: string) => `${digestOf(tag).replace(':', '-')}.sig`;
const aReferrer = () => anEcrEvent({ type: 'ECR Referrer Action', detail: { 'image-tag': undefined } });

/** The updater of one Deployment at 1.0.0, where images must be signed; `sign` signs one as cosign does. */
function start(verify: VerifyRule[] = [rule], more: object = {}) {
  const updater = startAtOne({ environments: { staging: { verify, ...more } } });
  const { registry } = updater;
  return {
    ...updater,
    sign(tag: string, pair = key, digest = digestOf(tag)) {
      registry.attach(repository, digestOf(tag), simpleSigning(digest, pair));
      registry.push(repository, { ...versionOf(signatureTagOf(tag)), digest: digestOf(`signature of ${tag}`) });
    },
    reasons: () => updater.lines('image left alone').map(({ reason }) => String(reason)),
  };
}

describe('an image that must be signed', () => {
  test('fault 25: is not pinned without a signature, the note says why; it is pinned once the signature is there', async () => {
    const updater = start();
    updater.has('1.1.0');
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read()).toBe(aDeployment(`${application}:1.0.0`));
    expect(updater.messages()).toHaveLength(1);
    expect(updater.reasons()[0]).toMatch(
      new RegExp(
        `^${deploymentFile}: ${application} is left alone: 1\\.1\\.0 \\(${digestOf('1.1.0')}\\) is not taken, because it is not signed ` +
          'as deployer\\.yaml demands under environments\\.staging\\.verify\\[0\\]: it has no signature\\. ' +
          'Accepted is a signature by the key sha256:[0-9a-f]{16}…$',
      ),
    );
    updater.sign('1.1.0');
    expect(await updater.receive(aPush(signatureTagOf('1.1.0')))).toEqual([]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.messages()).toHaveLength(2);
  });

  test('fault 25: is looked at again when its signature comes as a referrer, also if the registry shows it later', async () => {
    const updater = start();
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    const { sleep } = updater.ports;
    updater.ports.sleep = async (milliseconds) => {
      updater.registry.attach(repository, digestOf('1.1.0'), keyBundle(digestOf('1.1.0'), key));
      return sleep(milliseconds);
    };
    await updater.receive(aReferrer());
    expect(updater.waits).toEqual([500]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 25: is found by the scan when the event of its signature was lost', async () => {
    const updater = start();
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    updater.sign('1.1.0');
    await updater.receive(aScan);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 25: is not pinned with a signature by another key', async () => {
    const updater = start();
    updater.has('1.1.0');
    updater.sign('1.1.0', aKeyPair());
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(1);
    expect(updater.reasons()[0]).toContain(': none of its signatures (1) is accepted: one is by another key. Accepted');
  });

  test('fault 25: is not pinned with the signature of another image, nor with an invalid one', async () => {
    const updater = start();
    updater.has('1.1.0');
    updater.sign('1.1.0', key, digestOf('1.0.0'));
    const { annotations = {} } = simpleSigning(digestOf('1.0.0'), key);
    updater.registry.attach(repository, digestOf('1.1.0'), { ...simpleSigning(digestOf('1.1.0'), key), annotations });
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(1);
    expect(updater.reasons()[0]).toContain(
      `none of its signatures (2) is accepted: one is of another image ("${digestOf('1.0.0')}"); one is by another key.`,
    );
  });

  test('fault 25: is pinned with one good signature among bad ones, and no further one is read', async () => {
    const updater = start();
    updater.has('1.1.0');
    for (const pair of [aKeyPair(), key, aKeyPair()]) updater.sign('1.1.0', pair);
    const read: string[] = [];
    const { blob } = updater.registry;
    updater.registry.blob = (where, digest, limits) => {
      read.push(digest);
      return blob(where, digest, limits);
    };
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(read).toHaveLength(2);
  });

  test('fault 25: is not pinned when it is buried under more signatures than are looked at', async () => {
    const updater = start();
    updater.has('1.1.0');
    for (let count = 0; count < mostSignatures; count += 1) updater.sign('1.1.0', aKeyPair());
    updater.sign('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(1);
    expect(updater.reasons()[0]).toContain('it has more than 32, and only so many are looked at');
  });

  test('fault 25: is not pinned when what should be its signature is enormous', async () => {
    const updater = start();
    updater.has('1.1.0');
    updater.registry.attach(repository, digestOf('1.1.0'), { form: 'bundle', content: ' '.repeat(512 * 1024 + 1) });
    await updater.receive(aPush('1.1.0'));
    expect(updater.reasons()[0]).toContain("one can't be read, or is too large");
  });

  test('fault 25: a moved tag keeps the digest that was pinned', async () => {
    const updater = start();
    const latest = (digest: string) => aDeployment(`${application}:latest@${digest}`);
    const policy = `images:\n  - repository: ${application}\n    policy: { digest: { tag: latest } }\n`;
    updater.write({ 'environment.yaml': policy, [deploymentFile]: latest(digestOf('old')) });
    updater.registry.push(repository, { ...versionOf('latest'), digest: digestOf('new') });
    await updater.receive(aPush('latest'));
    expect(updater.read()).toBe(latest(digestOf('old')));
    updater.registry.attach(repository, digestOf('new'), simpleSigning(digestOf('new'), key));
    await updater.receive(aReferrer());
    expect(updater.read()).toBe(latest(digestOf('new')));
  });

  test('is asked for once in a batch, and not at all when it stands in Git already, by whoever wrote it', async () => {
    const updater = start();
    updater.write({ [deploymentFile]: aDeployment(pinOf('1.0.0')) });
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'), aScan, aPush('1.0.0'));
    expect(updater.registry.signaturesAsked).toEqual([`${application}@${digestOf('1.1.0')}`]);
    updater.write({ [deploymentFile]: aDeployment(pinOf('1.1.0')) });
    await updater.receive(aScan);
    expect(updater.registry.signaturesAsked).toHaveLength(1);
    expect(updater.reasons()).toHaveLength(1);
  });
});

describe('identities', () => {
  let sigstore: Sigstore;
  let verify: VerifyRule[];
  beforeAll(async () => {
    sigstore = await startSigstore();
    verify = [aRule({ identities: [{ issuer, subject: workflow }], trustedRoot: sigstore.trustedRoot })];
  });

  test('fault 25: the wrong identity or issuer is told, the right one is pinned', async () => {
    const updater = start(verify);
    updater.has('1.1.0');
    const [digest, subject] = [digestOf('1.1.0'), 'someone@example.com'];
    updater.registry.attach(repository, digest, await sigstore.bundle(digest, { subject }));
    updater.registry.attach(repository, digest, await sigstore.bundle(digest, { issuer: 'https://example.com' }));
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(1);
    expect(updater.reasons()[0]).toContain(
      `one is by "${subject}" of the issuer "${issuer}"; one is by "${workflow}" of the issuer "https://example.com". ` +
        `Accepted is a signature by ${workflow} of ${issuer}`,
    );
    updater.registry.attach(repository, digest, await sigstore.simpleSigning(digest));
    await updater.receive(aScan);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });
});

describe('which images are checked', () => {
  test('fault 25: none where nothing is demanded: no call is made', async () => {
    const updater = start([]);
    updater.has('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.registry.signaturesAsked).toEqual([]);
  });

  test('fault 25: those of the patterns; a signature of another one is no occasion to look', async () => {
    const updater = start([aRule({ ...rule, images: ['*/other', '*/more-*'] })]);
    updater.has('1.1.0');
    await updater.receive(aPush(signatureTagOf('1.1.0')), aReferrer());
    expect(updater.registry.asked).toEqual([]);
    expect(updater.lines('event ignored').map(({ reason }) => reason)).toEqual([
      'the image is a signature, an SBOM or an attestation',
      'what was pushed refers to an image',
    ]);
    await updater.receive(aPush('1.1.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.registry.signaturesAsked).toEqual([]);
  });

  test('fault 25: every rule that is about an image has to be met', async () => {
    const second = aKeyPair();
    const updater = start([rule, aRule({ keys: [pemOf(second)], images: ['*/example-*'] })]);
    updater.has('1.1.0');
    updater.sign('1.1.0');
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()).toHaveLength(1);
    expect(updater.reasons()[0]).toContain('under environments.staging.verify[1]: none of its signatures (1)');
    updater.sign('1.1.0', second);
    await updater.receive(aScan);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 25: each environment has its own say', async () => {
    const branch = 'production';
    const updater = startAtOne({ environments: { staging: {}, production: { branch, verify: [rule] } } });
    updater.write({ 'environment.yaml': updater.read('environment.yaml') ?? '' }, branch);
    updater.write({ [deploymentFile]: aDeployment(`${application}:1.0.0`) }, branch);
    updater.has('1.1.0');
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.read(deploymentFile, branch)).toBe(aDeployment(`${application}:1.0.0`));
  });
});

describe('a registry that fails', () => {
  test('fault 25: leaves the push to the queue; nothing is pinned until it could be looked at', async () => {
    const updater = start();
    updater.has('1.1.0');
    updater.sign('1.1.0');
    const { signatures } = updater.registry;
    updater.registry.signatures = () => Promise.reject(new TryAgainError('throttled'));
    expect(await updater.receive(aPush('1.1.0'))).toEqual(['message-0']);
    expect(updater.messages()).toHaveLength(1);
    updater.registry.signatures = signatures;
    const { blob } = updater.registry;
    updater.registry.blob = () => Promise.reject(new TryAgainError('throttled'));
    expect(await updater.receive(aPush('1.1.0'))).toEqual(['message-0']);
    expect(updater.messages()).toHaveLength(1);
    updater.registry.blob = blob;
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 25: or refuses is told with what it needs', async () => {
    const updater = start();
    updater.has('1.1.0');
    updater.registry.signatures = () => Promise.reject(new RefusedError('needs ecr:BatchGetImage'));
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.buried).toMatchObject([{ reason: 'needs ecr:BatchGetImage' }]);
    expect(updater.messages()).toHaveLength(1);
  });
});

describe('an older version', () => {
  test('fault 25: is taken where it is signed and newer than what stands there; the newer one is told', async () => {
    const updater = start();
    updater.has('1.1.0', '1.2.0');
    updater.sign('1.1.0');
    await updater.receive(aPush('1.2.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.reasons()[0]).toMatch(/1\.2\.0 \(sha256:.*\) is not taken, because it is not signed/);
    updater.sign('1.2.0');
    await updater.receive(aPush(signatureTagOf('1.2.0')));
    expect(updater.read()).toBe(aDeployment(pinOf('1.2.0')));
  });

  test('fault 25: is never gone back to', async () => {
    const updater = start();
    updater.write({ [deploymentFile]: aDeployment(pinOf('1.1.0')) });
    updater.has('1.1.0', '1.2.0');
    updater.sign('1.0.0');
    await updater.receive(aPush('1.2.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.registry.signaturesAsked).toEqual([`${application}@${digestOf('1.2.0')}`]);
  });

  test('fault 25: has to have the platforms, too', async () => {
    const updater = start();
    const policy = '{ semver: { range: 1.x }, platforms: [linux/amd64, linux/arm64] }';
    updater.write({ 'environment.yaml': `images:\n  - repository: ${application}\n    policy: ${policy}\n` });
    const both = ['linux/amd64', 'linux/arm64'];
    updater.registry.push(repository, { ...versionOf('1.1.0'), platforms: both });
    updater.registry.push(repository, { ...versionOf('1.2.0'), platforms: ['linux/amd64'] });
    updater.registry.push(repository, { ...versionOf('1.3.0'), platforms: both });
    for (const tag of ['1.1.0', '1.2.0']) updater.sign(tag);
    await updater.receive(aPush('1.3.0'));
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
  });

  test('fault 25: is not looked for without end, and other images go on', async () => {
    const updater = start();
    const tags = Array.from({ length: 30 }, (_, index) => `1.${index + 1}.0`);
    updater.has(...tags);
    updater.sign('1.1.0');
    await updater.receive(aScan);
    expect(updater.messages()).toHaveLength(1);
    expect(updater.registry.signaturesAsked).toHaveLength(10);
  });
});

describe('a pull request', () => {
  const withUnsigned = async () => {
    const updater = start([rule], { write: 'pullRequest' });
    updater.has('1.1.0');
    updater.sign('1.1.0');
    await updater.receive(aPush('1.1.0'));
    updater.pass(60_000);
    updater.has('1.2.0');
    await updater.receive(aPush('1.2.0'));
    updater.pass(60_000);
    return updater;
  };
  const opened = (updater: Awaited<ReturnType<typeof withUnsigned>>) =>
    updater.git.pullRequests('example-org/example-environment', 'plumbline/staging');

  test('fault 25: keeps the last good version until the newer one is signed', async () => {
    const updater = await withUnsigned();
    expect(await opened(updater)).toMatchObject([{ number: 1, state: 'open' }]);
    expect(updater.read(deploymentFile, 'plumbline/staging')).toBe(aDeployment(pinOf('1.1.0')));
    updater.sign('1.2.0');
    await updater.receive(aPush(signatureTagOf('1.2.0')));
    expect(updater.read(deploymentFile, 'plumbline/staging')).toBe(aDeployment(pinOf('1.2.0')));
    expect(await opened(updater)).toMatchObject([{ number: 1, state: 'open' }]);
  });
});
