/**
 * GitHub lets an installation write 80 times a minute and 500 times an hour; statuses, comments, checks and Deployments all count. These leave
 * room for tries that were refused, and for whoever else uses the App.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */
const windows = [
  { seconds: 60, most: 60 },
  { seconds: 3600, most: 400 },
] as const;

/** So much of each window is for outcomes alone: what is only on its way is superseded soon. */
const shareOfProgress = 0.5;

/** Writes of an installation in the last hour, in seconds since 1970, ascending. */
export type Writes = readonly number[];

/** `progress`: it says that something is on its way, and is the first to be left out. */
export type Urgency = 'outcome' | 'progress';

/** @returns seconds until the next write may be made: 0 if it may be made now */
export function waitBeforeWrite(writes: Writes, now: Date, urgency: Urgency): number {
  const share = urgency === 'progress' ? shareOfProgress : 1;
  return Math.max(
    0,
    ...windows.map(({ seconds, most }) => {
      const begin = inSeconds(now) - seconds;
      const inside = writes.filter((at) => at > begin);
      const excess = inside.length - Math.floor(most * share);
      return excess < 0 ? 0 : (inside[excess] ?? begin) - begin;
    }),
  );
}

/** With one more, and without those that no window sees any more. */
export const withWrite = (writes: Writes, now: Date): number[] => [
  ...writes.filter((at) => at > inSeconds(now) - windows[1].seconds),
  inSeconds(now),
];

const inSeconds = (at: Date) => Math.floor(at.getTime() / 1000);
