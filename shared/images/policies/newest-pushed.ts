import type { Kind } from './ordering.ts';

/** The image that was pushed last. One that the registry no longer has counts as older than any that it has. */
export const newestPushedKind = (): Kind<number> => ({
  description: 'the order of the pushes',
  compare: (one, other) => one - other,
  read: (_text, { pushedAt }) => ({ key: pushedAt?.getTime() ?? -1 }),
});
