import type { ImagePolicy } from '../config/environment.ts';
import { orderingOf } from './ordering-of.ts';
import { type Test, testFor } from './pattern.ts';
import type { Ordering } from './policies/ordering.ts';
import type { ImageVersion } from './ports.ts';
import { isDigest, isTag } from './reference.ts';

type Excluded = { version: ImageVersion; reason: string };

/** What a policy chooses among all versions of a repository, and for every other one the reason why not. */
export type Choice =
  | { outcome: 'chosen'; version: ImageVersion; excluded: Excluded[] }
  | { outcome: 'none'; reason: string; excluded: Excluded[] };

/**
 * Chooses the newest version that a policy allows. The order of the candidates, like the order of the events, has no influence.
 *
 * @param candidates every version that the registry has; where a policy asks for platforms, first completed by `withPlatforms`
 * @param now by which the age of a push is measured
 */
export function latest(candidates: readonly ImageVersion[], policy: ImagePolicy, now: Date): Choice {
  const ordering = orderingOf(policy);
  const reasonAgainst = judgeBy(policy, ordering, now);
  const judged = candidates.map((version) => ({ version, ...reasonAgainst(version) }));
  const chosen = newest(
    judged.filter(({ reason }) => reason === undefined),
    ordering,
  );
  const excluded = judged
    .filter(({ version }) => version !== chosen)
    .map(({ version, reason }) => ({ version, reason: reason ?? `is not newer than ${chosen?.tag}` }));
  if (chosen !== undefined) return { outcome: 'chosen', version: chosen, excluded };
  return { outcome: 'none', reason: nothingFor(judged, ordering), excluded };
}

type Judgement = { reason?: string /** It would count, but for the limits of the policy. */; limited?: boolean };

/** @returns what says why a version can't be chosen, the more telling reasons first */
function judgeBy(policy: ImagePolicy, ordering: Ordering, now: Date): (version: ImageVersion) => Judgement {
  const limits = limitsOf(policy, now);
  return (version) => {
    const reason = reasonAgainstAny(version) ?? ordering.exclusion(version);
    if (reason !== undefined) return { reason };
    const limit = limits.map((limit) => limit(version)).find((reason) => reason !== undefined);
    return limit === undefined ? {} : { reason: limit, limited: true };
  };
}

function reasonAgainstAny(version: ImageVersion): string | undefined {
  if (!isTag(version.tag) || !isDigest(version.digest))
    return 'is not a tag or digest that a container runtime accepts';
  return isAttachment(version) ? 'is a signature, an SBOM or an attestation' : undefined;
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

type Limit = (version: ImageVersion) => string | undefined;

function limitsOf({ allow, ignore, after, platforms }: ImagePolicy, now: Date): Limit[] {
  return [
    ...(ignore ?? []).map((pattern) => ignoring(pattern, testFor(pattern))),
    ...(allow === undefined ? [] : [allowing(allow.map(testFor))]),
    ...(after === undefined ? [] : [maturing(after, now)]),
    ...(platforms === undefined ? [] : [requiring(platforms)]),
    ({ refusal }) => refusal,
  ];
}

const ignoring =
  (pattern: string, isFound: Test): Limit =>
  ({ tag }) =>
    isFound(tag) ? `is ignored by "${pattern}"` : undefined;

const allowing =
  (tests: Test[]): Limit =>
  ({ tag }) =>
    tests.some((isFound) => isFound(tag)) ? undefined : 'is not among what is allowed';

function maturing(seconds: number, now: Date): Limit {
  return ({ pushedAt }) => {
    if (pushedAt === undefined) return "may be too young: its push time isn't known";
    const ripe = new Date(pushedAt.getTime() + seconds * 1000);
    return ripe <= now
      ? undefined
      : `is too young: it was pushed at ${pushedAt.toISOString()} and counts from ${ripe.toISOString()} on`;
  };
}

/** Where the platforms aren't known, nothing is said against a version. */
function requiring(wanted: readonly string[]): Limit {
  return ({ platforms }) => {
    const missing = wanted.filter((one) => !platforms?.some((found) => found === one || found.startsWith(`${one}/`)));
    if (platforms === undefined || missing.length === 0) return undefined;
    return `lacks ${missing.join(', ')}: ${platforms.length === 0 ? 'it is no manifest list' : `it has ${platforms.join(', ')}`}`;
  };
}

function newest(judged: readonly { version: ImageVersion }[], ordering: Ordering): ImageVersion | undefined {
  return judged
    .map(({ version }) => version)
    .reduce<ImageVersion | undefined>(
      (best, version) => (best === undefined || isNewer(version, best, ordering) ? version : best),
      undefined,
    );
}

/** Equal versions (`1.0.0` and `v1.0.0`): the one pushed last, then by name, so that the choice never flaps. */
function isNewer(version: ImageVersion, best: ImageVersion, ordering: Ordering): boolean {
  const pushed = (version.pushedAt?.getTime() ?? 0) - (best.pushedAt?.getTime() ?? 0);
  return (ordering.compare(version, best) || pushed || (version.tag < best.tag ? 1 : -1)) > 0;
}

type Judged = { version: ImageVersion } & Judgement;

function nothingFor(judged: readonly Judged[], ordering: Ordering): string {
  const limited = judged.filter(({ limited }) => limited);
  const closest = newest(limited, ordering);
  const because = limited.find(({ version }) => version === closest);
  if (because === undefined) return `none of the ${judged.length} tagged images satisfies ${ordering.description}`;
  return `none of the ${judged.length} tagged images is allowed; of those that satisfy ${ordering.description}, the newest one, ${because.version.tag}, ${because.reason}`;
}
