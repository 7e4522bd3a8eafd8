import type { Kind } from './ordering.ts';

/** One mutable tag, whatever image it names. */
export const digestKind = ({ tag }: { tag: string }): Kind<0> => ({
  description: `the tag "${tag}"`,
  compare: () => 0,
  read: (text) => (text === tag ? { key: 0 } : { key: 0, excluded: `is not the tag "${tag}"` }),
});
