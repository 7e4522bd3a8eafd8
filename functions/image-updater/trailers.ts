import type { Commit, PullRequest } from '../../shared/git/ports.ts';
import { trailerNames as names, trailersIn } from '../../shared/git/trailers.ts';
import { formatPin, formatReference, parseReference, shortName } from '../../shared/images/reference.ts';
import { oneLine } from '../../shared/text/one-line.ts';
import type { Update } from './decide-updates.ts';

type Message = Pick<Commit, 'revision' | 'message' | 'at'>;

/** The version of an image that we wrote last for an environment, and the newest later commit that lifts a hold of it. */
export type Written = { tag: string; digest?: string; commit: string; at: Date; resumed?: string };

/** One group of trailers per image, after a line that names the environment. Read again by `writtenBy`. */
export function trailersOf(updates: readonly Update[]): string[] {
  return [...Map.groupBy(updates, ({ environment }) => environment)].flatMap(([environment, group]) => [
    `${names.environment}: ${environment}`,
    ...new Set(group.map(imageTrailers)),
  ]);
}

/** As much of the trailers as `writtenBy` needs. A pull request carries them: whoever squashes its commit may drop the commit's own. */
export function memoryTrailers(updates: readonly Update[]): string[] {
  return [...Map.groupBy(updates, ({ environment }) => environment)].flatMap(([environment, group]) => [
    `${names.environment}: ${environment}`,
    ...new Set(group.map(({ pin }) => `${names.image}: ${formatPin(pin)}`)),
  ]);
}

const imageTrailers = ({ pin, previous, pushedAt, policy, source }: Update) =>
  [
    `${names.image}: ${formatPin(pin)}`,
    ...(pushedAt === undefined ? [] : [`${names.pushed}: ${pushedAt.toISOString()}`]),
    `${names.previous}: ${oneLine(formatReference(previous))}`,
    `${names.policy}: ${oneLine(policy)}`,
    ...(source?.url === undefined ? [] : [`${names.source}: ${source.url}`]),
    ...(source === undefined ? [] : [`${names.revision}: ${source.revision}`]),
  ].join('\n');

/** The images that a message says were written, for comparison with `memoryTrailers`. */
export const imageLinesIn = (message: string): string[] =>
  trailersIn(message).flatMap(([name, value]) =>
    name === names.environment || name === names.image ? [`${name}: ${value}`] : [],
  );

/** In any later commit it lifts the hold of an image, named in full or by the last part of its name. */
export const resumeTrailer = (repository: string) => `${names.resume}: ${repository}`;

/**
 * What our own commits say that they wrote for an environment, by repository: the newest of each.
 * Git holds the memory, so that nothing else has to be kept, and a person's revert is seen wherever it was made.
 *
 * @param history newest first
 */
export function writtenBy(history: readonly Message[], environment: string): Map<string, Written> {
  const written = new Map<string, Written>();
  const resumes: { image: string; revision: string }[] = [];
  for (const { revision, message, at } of history) {
    for (const [name, value] of trailersIn(message))
      if (name === names.resume) resumes.push({ image: value.trim(), revision });
    for (const { repository, ...version } of imagesIn(message, environment)) {
      const resumed = resumes.find(({ image }) => [repository, shortName(repository)].includes(image))?.revision;
      if (!written.has(repository))
        written.set(repository, { ...version, commit: revision, at, ...(resumed !== undefined && { resumed }) });
    }
  }
  return written;
}

/** Whether a commit of ours stands as we made it. */
export const isOurs = ({ message, byApp }: Commit): boolean => byApp && message.includes(`\n${names.image}: `);

/**
 * The history with the pull requests of ours that have ended, by their time. A merged one wrote what it says, by whatever method it was merged; a
 * closed one was refused by a person, as if it had been written and taken back. What we close ourselves says nothing.
 */
export function memoryOf(history: readonly Commit[], pulls: readonly PullRequest[]): Commit[] {
  const ended = pulls.flatMap(({ number, body, endedAt }) =>
    endedAt === undefined ? [] : [{ revision: `#${number}`, message: body, at: endedAt, byApp: true, author: '' }],
  );
  return ended.length === 0
    ? [...history]
    : [...ended, ...history].sort((one, other) => other.at.getTime() - one.at.getTime());
}

function imagesIn(message: string, environment: string): { repository: string; tag: string; digest?: string }[] {
  let current: string | undefined;
  return trailersIn(message).flatMap(([name, value]) => {
    if (name === names.environment) current = value;
    if (name !== names.image || current !== environment) return [];
    const { tag, ...image } = parseReference(value) ?? { repository: '' };
    return tag === undefined ? [] : [{ ...image, tag }];
  });
}
