import { z } from 'zod';

/**
 * One thing that a person has to mend, in the words of whoever must act.
 *
 * `file` is relative to the repository's root, `line` counts from 1, `field` is a path such as `images[0].policy`,
 * `object` is `Kind namespace/name`. `message` says what was found and what would be accepted.
 */
export const problemSchema = z.object({
  file: z.string().optional(),
  line: z.number().optional(),
  field: z.string().optional(),
  object: z.string().optional(),
  message: z.string(),
});

export type Problem = z.infer<typeof problemSchema>;

/** `file:line: object: field: message`, leaving out what is not known. */
export function describeProblem({ file, line, field, object, message }: Problem): string {
  const place = file === undefined ? undefined : line === undefined ? file : `${file}:${line}`;
  return [place, object, field, message].filter((part) => part !== undefined && part !== '').join(': ');
}

/** A problem as details of a log line, where `message` is the line's own. */
export const loggable = ({ message, ...place }: Problem) => ({ ...place, problem: message });
