import type { Commit } from '../../shared/git/ports.ts';
import { formatPin, formatReference, parseReference } from '../../shared/images/reference.ts';
import type { Update } from './decide-updates.ts';
import { oneLine } from './one-line.ts';

/** The version of an image that we wrote last for an environment. */
export type Written = { tag: string; commit: string };

const names = {
  environment: 'Plumbline-Environment',
  image: 'Plumbline-Image',
  previous: 'Plumbline-Previous',
  policy: 'Plumbline-Policy',
} as const;

/** One group of trailers per image, after a line that names the environment. Read again by `writtenBy`. */
export function trailersOf(updates: readonly Update[]): string[] {
  return [...Map.groupBy(updates, ({ environment }) => environment)].flatMap(([environment, group]) => [
    `${names.environment}: ${environment}`,
    ...new Set(group.map(imageTrailers)),
  ]);
}

const imageTrailers = ({ pin, previous, policy }: Update) =>
  [
    `${names.image}: ${formatPin(pin)}`,
    `${names.previous}: ${oneLine(formatReference(previous))}`,
    `${names.policy}: ${oneLine(policy)}`,
  ].join('\n');

/**
 * What our own commits say that they wrote for an environment, by repository: the newest of each.
 * Git holds the memory, so that nothing else has to be kept, and a person's revert is seen wherever it was made.
 *
 * @param history newest first
 */
export function writtenBy(history: readonly Commit[], environment: string): Map<string, Written> {
  const written = new Map<string, Written>();
  for (const { revision, message } of history)
    for (const { repository, tag } of imagesIn(message, environment))
      if (!written.has(repository)) written.set(repository, { tag, commit: revision });
  return written;
}

function imagesIn(message: string, environment: string): { repository: string; tag: string }[] {
  let current: string | undefined;
  return message.split('\n').flatMap((line) => {
    const [, name, value = ''] = /^(Plumbline-[A-Za-z]+): (.+)$/.exec(line) ?? [];
    if (name === names.environment) current = value;
    if (name !== names.image || current !== environment) return [];
    const { repository, tag } = parseReference(value) ?? {};
    return repository === undefined || tag === undefined ? [] : [{ repository, tag }];
  });
}
