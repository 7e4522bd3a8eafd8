import type { EcrEvent } from '../../shared/events/messages.ts';
import { isAttachment } from '../../shared/images/policy.ts';
import type { ImageRepository } from '../../shared/images/ports.ts';
import { isRepositoryName, isTag } from '../../shared/images/reference.ts';

/** What an event announces. The tag only tells whether the registry's answer is as new as the event. */
type PushedImage = { repository: ImageRepository; tag: string };

/** Something beside an image that may be its signature; an OCI referrer has no tag. */
export type PushedSignature = { repository: ImageRepository; tag?: string };

export type Announcement = { image: PushedImage } | { ignored: string; unlessSigned?: PushedSignature };

const referrerAction = 'ECR Referrer Action';

/** The first word of each kind of event that is about a new image, and where it says that it succeeded. */
const kinds: Record<string, { actions: string[]; outcome: 'result' | 'sync-status' }> = {
  'ECR Image Action': { actions: ['PUSH'], outcome: 'result' },
  'ECR Replication Action': { actions: ['REPLICATE', 'PUSH'], outcome: 'result' },
  'ECR Pull Through Cache Action': { actions: [], outcome: 'sync-status' },
  [referrerAction]: { actions: ['PUSH'], outcome: 'result' },
};

/**
 * Only a push that succeeded, of a tag that may be a version, is worth a look at the registry; `unlessSigned` tells what is worth it as well
 * where images have to be signed.
 */
export function readAnnouncement({ 'detail-type': type, account, region, detail }: EcrEvent): Announcement {
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined) return { ignored: 'the event is about something else than a push' };
  const action = detail['action-type'];
  if (kind.actions.length > 0 && !kind.actions.includes(action ?? '')) return { ignored: 'the event is no push' };
  if (detail[kind.outcome] !== 'SUCCESS') return { ignored: 'the push did not succeed' };
  const name = detail['repository-name'];
  const tag = detail['image-tag'] ?? '';
  if (!isRepositoryName(name)) return { ignored: "the repository's name can't be one" };
  return judgeTag({ account, region, name }, tag, { type, ...detail });
}

type Pushed = EcrEvent['detail'] & { type: string };

function judgeTag(repository: ImageRepository, tag: string, pushed: Pushed): Announcement {
  if (pushed.type === referrerAction) return besides('what was pushed refers to an image', { repository }, pushed);
  if (tag === '') return besides('the image has no tag', { repository }, pushed);
  if (!isTag(tag)) return { ignored: "the image's tag can't be one" };
  if (!isAttachment({ tag })) return { image: { repository, tag } };
  const ignored = 'the image is a signature, an SBOM or an attestation';
  return signatureTag.test(tag) ? { ignored, unlessSigned: { repository, tag } } : { ignored };
}

/** cosign's signature, or the list of what refers to an image. */
const signatureTag = /^sha256-[0-9a-f]{64}(\.sig)?$/;

/** Where the event doesn't say what it is, it may be a signature. */
const besides = (ignored: string, unlessSigned: PushedSignature, pushed: Pushed): Announcement =>
  /sigstore|cosign|empty|^$/.test(pushed['artifact-media-type'] ?? '') ? { ignored, unlessSigned } : { ignored };
