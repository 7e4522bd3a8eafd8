import { z } from 'zod';

const units = { second: 1, minute: 60, hour: 3600, day: 86400 } as const;
const pattern = /^(\d+) (second|minute|hour|day)s?$/;

/** A duration such as `30 seconds`, `5 minutes`, `1 hour` or `2 days`, read as whole seconds. */
export const durationSchema = z
  .string()
  .regex(pattern, 'must be a duration such as "30 seconds", "5 minutes", "1 hour" or "2 days"')
  .transform(secondsOf);

function secondsOf(text: string): number {
  const [, count, unit] = pattern.exec(text) ?? [];
  return Number(count) * units[unit as keyof typeof units];
}
