import { createHash } from 'node:crypto';
import type { ImageVersion } from '../shared/images/ports.ts';
import { isDigest } from '../shared/images/reference.ts';

/**
 * Reads what a registry might have: one tag a line, and after it, as far as they are known, digest and push time (ISO 8601 or seconds since
 * 1970). Empty lines and lines that begin with `#` are passed over. What can't be read as such is taken for a tag, which then is refused.
 */
export const parseTagList = (text: string): ImageVersion[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseLine);

function parseLine(line: string): ImageVersion {
  const [tag = '', ...fields] = line.split(/[\s,]+/);
  const digest = fields.find(isDigest) ?? digestOf(tag);
  const time = fields.filter((field) => field !== digest).join(' ');
  if (time === '') return { tag, digest };
  const pushedAt = parseTime(time);
  return pushedAt === undefined ? { tag: line, digest } : { tag, digest, pushedAt };
}

/** The policies compare no digests, but refuse a version without one. */
const digestOf = (tag: string) => `sha256:${createHash('sha256').update(tag).digest('hex')}`;

function parseTime(text: string): Date | undefined {
  const seconds = /^\d{9,11}(\.\d+)?$/.test(text);
  if (!seconds && !/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const time = new Date(seconds ? Number(text) * 1000 : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
