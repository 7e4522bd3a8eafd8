import type { ImagePolicy } from '../config/environment.ts';
import { extractorFor } from './pattern.ts';
import { alphabeticalKind } from './policies/alphabetical.ts';
import { calverKind } from './policies/calver.ts';
import { digestKind } from './policies/digest.ts';
import { newestPushedKind } from './policies/newest-pushed.ts';
import { numericalKind } from './policies/numerical.ts';
import { type Kind, type Ordering, orderingBy } from './policies/ordering.ts';
import { semverKind } from './policies/semver.ts';

const made = new WeakMap<ImagePolicy, Ordering>();

/** The ordering of a policy's kind. It is made once for each policy, however many images are judged by it. */
export function orderingOf(policy: ImagePolicy): Ordering {
  const ordering = made.get(policy) ?? makeOrdering(policy);
  made.set(policy, ordering);
  return ordering;
}

function makeOrdering(policy: ImagePolicy): Ordering {
  const filter = filterOf(policy);
  const extract = filter === undefined ? (tag: string) => tag : extractorFor(filter);
  const by = <Key>(kind: Kind<Key>) => orderingBy(kind, extract);
  const { semver, numerical, alphabetical, calver, newestPushed, digest } = policy;
  if (semver) return by(semverKind(semver));
  if (numerical) return by(numericalKind(numerical));
  if (alphabetical) return by(alphabeticalKind(alphabetical));
  if (calver) return by(calverKind(calver));
  if (newestPushed) return by(newestPushedKind());
  if (digest) return by(digestKind(digest));
  throw new Error('a policy has one kind: the schema says so');
}

/** The filter may stand within the kind, or beside it, as Flux's `filterTags` does. */
function filterOf({ filter, numerical, alphabetical, newestPushed }: ImagePolicy) {
  return filter ?? (numerical ?? alphabetical ?? newestPushed)?.filter;
}

/** Whether a tag that is pushed again moves the pinned digest. */
export const followsTags = ({ digest, mutableTags }: ImagePolicy): boolean =>
  digest !== undefined || mutableTags === true;

/** In a few words, e.g. `semver >=1.0.0 <2.0.0`, for commit messages. */
export function describePolicy({ semver, numerical, alphabetical, calver, digest }: ImagePolicy): string {
  if (semver) return `semver ${semver.range}`;
  if (numerical) return `numerical ${numerical.order}`;
  if (alphabetical) return `alphabetical ${alphabetical.order}`;
  if (calver) return `calver ${calver.format}`;
  return digest ? `digest ${digest.tag}` : 'newestPushed';
}
