import { compare, parse, type SemVer } from 'semver';
import type { ImagePolicy } from '../config/environment.ts';
import type { ImageVersion } from './ports.ts';
import { isDigest, isTag } from './reference.ts';
import { parseRange } from './semver-range.ts';

type Excluded = { version: ImageVersion; reason: string };

/** What a policy chooses among all versions of a repository, and for every other one the reason why not. */
export type Choice =
  | { outcome: 'chosen'; version: ImageVersion; excluded: Excluded[] }
  | { outcome: 'none'; reason: string; excluded: Excluded[] };

/** What every kind of policy knows: which tags count, and which of two is the newer one. */
export type Ordering = {
  /** Why a tag can't be chosen, or undefined if it can. */
  exclusion(tag: string): string | undefined;
  /** Positive if `tag` is newer than `other`; undefined if they can't be compared. */
  compare(tag: string, other: string): number | undefined;
  /** The policy in a few words, for messages. */
  description: string;
};

/**
 * Chooses the newest version that a policy allows. The order of the candidates, like the order of the events, has no influence.
 *
 * @param candidates every version that the registry has
 */
export function latest(candidates: readonly ImageVersion[], policy: ImagePolicy): Choice {
  const ordering = orderingOf(policy);
  const judged = candidates.map((version) => ({ version, reason: exclusionOf(version, ordering) }));
  const [chosen, ...older] = judged
    .filter(({ reason }) => reason === undefined)
    .map(({ version }) => version)
    .sort((one, other) => newestFirst(one, other, ordering));
  const excluded = judged.flatMap(({ version, reason }) => (reason === undefined ? [] : [{ version, reason }]));
  if (chosen === undefined) return { outcome: 'none', reason: nothingFor(ordering, candidates), excluded };
  const passed = older.map((version) => ({ version, reason: `is not newer than ${chosen.tag}` }));
  return { outcome: 'chosen', version: chosen, excluded: [...passed, ...excluded] };
}

export function orderingOf(policy: ImagePolicy): Ordering {
  return semverOrdering(policy.semver.range);
}

/** Equal versions (`1.0.0` and `v1.0.0`): the one pushed last, then by name, so that the choice never flaps. */
function newestFirst(one: ImageVersion, other: ImageVersion, ordering: Ordering): number {
  const pushed = (other.pushedAt?.getTime() ?? 0) - (one.pushedAt?.getTime() ?? 0);
  return ordering.compare(other.tag, one.tag) || pushed || (one.tag < other.tag ? -1 : 1);
}

function nothingFor({ description }: Ordering, candidates: readonly ImageVersion[]): string {
  return `none of the ${candidates.length} tagged images of the registry satisfies ${description}`;
}

function exclusionOf(version: ImageVersion, ordering: Ordering): string | undefined {
  if (!isTag(version.tag) || !isDigest(version.digest))
    return 'is not a tag or digest that a container runtime accepts';
  if (isAttachment(version)) return 'is a signature, an SBOM or an attestation';
  return ordering.exclusion(version.tag);
}

/** What cosign and OCI referrers put beside an image: `sha256-….sig`, `.att`, `.sbom`, or the bare fallback tag. */
const attachmentTag = /^sha256-[0-9a-f]{64}/;
const imageTypes = new Set([
  'application/vnd.docker.container.image.v1+json',
  'application/vnd.oci.image.config.v1+json',
]);

export function isAttachment({ tag, artifactType }: Pick<ImageVersion, 'tag' | 'artifactType'>): boolean {
  return attachmentTag.test(tag) || (artifactType !== undefined && !imageTypes.has(artifactType));
}

function semverOrdering(text: string): Ordering {
  const range = parseRange(text);
  return {
    description: `the range "${text}"`,
    exclusion: (tag) => {
      const version = parse(tag);
      if (version === null) return 'is not a semantic version';
      if (range === undefined) return `can't be compared: "${text}" is not a version range`;
      return range.includes(version) ? undefined : `is outside the range "${text}"`;
    },
    compare: (tag, other) => compareParsed(parse(tag), parse(other)),
  };
}

const compareParsed = (one: SemVer | null, other: SemVer | null) =>
  one === null || other === null ? undefined : compare(one, other);
