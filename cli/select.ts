import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { systemClock } from '../shared/clock.ts';
import type { ImagePolicy } from '../shared/config/environment.ts';
import { policySchema } from '../shared/config/image-rule.ts';
import { parseConfiguration } from '../shared/config/parse.ts';
import { MissingError } from '../shared/errors.ts';
import { latest } from '../shared/images/policy.ts';
import { isTag } from '../shared/images/reference.ts';
import { type Output, reportProblems } from './report-problems.ts';
import { parseTagList, type TagList } from './tag-list.ts';

export type SelectOptions = {
  /** A file, or JSON. */
  policy: string;
  /** A file, or `-` for standard input. */
  tags: string;
  explain?: boolean;
};

/**
 * `plumbline select`: the tag that a policy would choose, by the code of the function. With `explain`, why each other one is not chosen.
 *
 * @returns the exit code: 0, or 1 if there is none
 */
export const select = (options: SelectOptions, out: Output): Promise<number> =>
  reportProblems(out, async () => {
    const policy = await readPolicy(options.policy);
    const list = parseTagList(await readTags(options.tags));
    const { versions } = list;
    if (versions.length === 0) throw new MissingError('the list of tags is empty: there is nothing to choose from');
    for (const warning of warningsAbout(list, policy, options.tags)) out.stderr.write(`warning: ${warning}\n`);
    const choice = latest(versions, policy, systemClock.now());
    if (choice.outcome === 'chosen') out.stdout.write(`${choice.version.tag}\n`);
    else out.stderr.write(`error: ${choice.reason}\n`);
    if (options.explain)
      for (const { version, reason } of choice.excluded) out.stdout.write(`${printable(version.tag)}: ${reason}\n`);
    return choice.outcome === 'chosen' ? 0 : 1;
  });

/** What is no tag may be anything, also what a terminal would take for a command. */
const printable = (tag: string) => (isTag(tag) ? tag : JSON.stringify(tag));

/** What the registry would know and the list doesn't. */
function warningsAbout({ versions, unread }: TagList, policy: ImagePolicy, source: string): string[] {
  const file = source === '-' ? 'standard input' : source;
  const untimed = versions.filter(({ pushedAt }) => pushedAt === undefined).length;
  return [
    ...unread.map(
      ({ line, text }) =>
        `${file}:${line}: ${printable(text.slice(0, 100))} must be a tag, and behind it at most a digest (sha256:…) and a push time (ISO 8601, or seconds since 1970); it is passed over`,
    ),
    ...(policy.platforms === undefined
      ? []
      : ["a list of tags doesn't say the platforms of an image, so they aren't checked"]),
    ...(policy.newestPushed === undefined || untimed === 0
      ? []
      : [
          `the list doesn't say when ${untimed} of ${versions.length} tags were pushed; they count as older than the others`,
        ]),
  ];
}

/** The policy as it stands in `environment.yaml`, with or without the rule around it. */
async function readPolicy(argument: string): Promise<ImagePolicy> {
  const isJson = argument.trimStart().startsWith('{');
  const [text, name] = isJson ? [argument, '--policy'] : [await readText(argument), argument];
  const { policy } = parseConfiguration(text, name, z.looseObject({ policy: z.unknown().optional() }));
  return policy === undefined
    ? parseConfiguration(text, name, policySchema)
    : parseConfiguration(text, name, z.looseObject({ policy: policySchema })).policy;
}

const readTags = (source: string) => (source === '-' ? readAll(process.stdin) : readText(source));

const readText = (file: string) =>
  readFile(file, 'utf8').catch(() => {
    throw new MissingError(`there is no file ${file} that can be read`);
  });
