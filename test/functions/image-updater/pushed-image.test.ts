import { describe, expect, test } from 'vitest';
import { readAnnouncement } from '../../../functions/image-updater/pushed-image.ts';
import { imageMessageSchema } from '../../../shared/events/messages.ts';
import { anEcrEvent } from './events.ts';

const image = {
  repository: { account: '123456789012', region: 'eu-west-1', name: 'example-application' },
  tag: '1.1.0',
};

/** As ECR's documentation prints them. */
const replicated = { 'action-type': 'REPLICATE', 'source-account': '210987654321', 'source-region': 'us-east-1' };
const cached = {
  'action-type': undefined,
  result: undefined,
  'sync-status': 'SUCCESS',
  'ecr-repository-prefix': 'docker-hub',
};

describe('readAnnouncement', () => {
  test.each([
    ['a push', anEcrEvent()],
    ['a replica', anEcrEvent({ type: 'ECR Replication Action', detail: replicated })],
    ['a filled cache', anEcrEvent({ type: 'ECR Pull Through Cache Action', detail: cached })],
  ])('takes %s for a new image', (_name, event) => {
    expect(readAnnouncement(event)).toEqual({ image });
  });

  test.each([
    ['another kind of event', anEcrEvent({ type: 'ECR Image Scan' }), /something else than a push/],
    ['an inherited name', anEcrEvent({ type: 'constructor' }), /something else than a push/],
    ['a deletion', anEcrEvent({ detail: { 'action-type': 'DELETE' } }), /no push/],
    ['a push without action', anEcrEvent({ detail: { 'action-type': null } }), /no push/],
    ['a failed push', anEcrEvent({ detail: { result: 'FAILURE' } }), /did not succeed/],
    [
      'a failed cache fill',
      anEcrEvent({ type: 'ECR Pull Through Cache Action', detail: { ...cached, 'sync-status': 'FAILURE' } }),
      /did not succeed/,
    ],
    [
      'an image without tag, of which it says what it is',
      anEcrEvent({ detail: { 'image-tag': null, 'artifact-media-type': 'application/vnd.oci.image.config.v1+json' } }),
      /no tag/,
    ],
    [
      'an SBOM',
      anEcrEvent({ type: 'ECR Referrer Action', detail: { 'artifact-media-type': 'text/spdx' } }),
      /refers to/,
    ],
    [
      'a signature that was brought back from the archive',
      anEcrEvent({ type: 'ECR Referrer Action', detail: { 'action-type': 'UPDATE_STORAGE_CLASS' } }),
      /no push/,
    ],
    ['a hostile repository', anEcrEvent({ detail: { 'repository-name': '../app' } }), /repository's name/],
    ['a hostile tag', anEcrEvent({ detail: { 'image-tag': 'v1;rm -rf /' } }), /tag can't be one/],
  ])('ignores %s', (_name, event, reason) => {
    expect(readAnnouncement(event)).toEqual({ ignored: expect.stringMatching(reason) });
  });

  test.each(['.att', '.sbom'])('fault 5: ignores the attachment sha256-…%s', (ending) => {
    const event = anEcrEvent({ detail: { 'image-tag': `sha256-${'a'.repeat(64)}${ending}` } });
    expect(readAnnouncement(event)).toEqual({ ignored: 'the image is a signature, an SBOM or an attestation' });
  });

  test.each(['.sig', ''])('fault 25: ignores sha256-…%s, unless images have to be signed', (ending) => {
    const tag = `sha256-${'a'.repeat(64)}${ending}`;
    expect(readAnnouncement(anEcrEvent({ detail: { 'image-tag': tag } }))).toEqual({
      ignored: 'the image is a signature, an SBOM or an attestation',
      unlessSigned: { repository: image.repository, tag },
    });
  });

  test.each([
    ['an image without tag', anEcrEvent({ detail: { 'image-tag': null } }), 'the image has no tag'],
    ['an image with an empty tag', anEcrEvent({ detail: { 'image-tag': '' } }), 'the image has no tag'],
    ['a referrer', anEcrEvent({ type: 'ECR Referrer Action' }), 'what was pushed refers to an image'],
    [
      'a Sigstore bundle',
      anEcrEvent({
        type: 'ECR Referrer Action',
        detail: { 'image-tag': null, 'artifact-media-type': 'application/vnd.dev.sigstore.bundle.v0.3+json' },
      }),
      'what was pushed refers to an image',
    ],
  ])('fault 25: ignores %s, unless images have to be signed', (_name, event, ignored) => {
    const { repository } = image;
    expect(readAnnouncement(event)).toEqual({ ignored, unlessSigned: { repository } });
  });
});

describe('imageMessageSchema', () => {
  const reasons = (value: unknown) => {
    const result = imageMessageSchema.safeParse(value);
    return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };

  test('takes events of ECR and scans', () => {
    expect(imageMessageSchema.parse(anEcrEvent())).toMatchObject({ source: 'aws.ecr' });
    expect(imageMessageSchema.parse({ kind: 'image-scan', cause: 'tick' })).toEqual({
      kind: 'image-scan',
      cause: 'tick',
    });
  });

  test.each<[string, unknown, string]>([
    ['an unknown version', { ...anEcrEvent(), version: '1' }, 'version: '],
    ['another source', { ...anEcrEvent(), source: 'example.com' }, 'source: '],
    ['a null repository', anEcrEvent({ detail: { 'repository-name': null } }), 'detail.repository-name: '],
    ['no detail', { ...anEcrEvent(), detail: null }, 'detail: '],
    ['a number for a tag', anEcrEvent({ detail: { 'image-tag': 1 } }), 'detail.image-tag: '],
    ['an account that is none', { ...anEcrEvent(), account: 'evil.example/' }, 'account: must be an account number'],
    ['a region that is none', { ...anEcrEvent(), region: 'evil.example' }, 'region: must be a region'],
    ['another kind', { kind: 'git-change', cause: 'x' }, 'kind: '],
    ['a scan without cause', { kind: 'image-scan' }, 'cause: '],
    ['null', null, ': '],
    ['a list', [], ': '],
    ['text', 'push', ': '],
  ])('fault 7: refuses %s and says where', (_name, value, reason) => {
    expect(reasons(value)[0]).toContain(reason);
  });
});
