import { createHash } from 'node:crypto';
import type { ImageVersion } from '../shared/images/ports.ts';
import { isDigest } from '../shared/images/reference.ts';

export type TagList = {
  versions: ImageVersion[];
  /** Lines that have something behind the tag that can't be read, from 1. They are in `versions` too, as tags, which are refused. */
  unread: { line: number; text: string }[];
};

/**
 * Reads what a registry might have: one tag a line, and after it, as far as they are known, digest and push time (ISO 8601 or seconds since
 * 1970). Empty lines and lines that begin with `#` are passed over.
 */
export function parseTagList(list: string): TagList {
  const lines = list
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((text, index) => ({ line: index + 1, text: text.trim() }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'))
    .map(({ line, text }) => ({ line, text, version: parseLine(text) }));
  return {
    versions: lines.map(({ text, version }) => version ?? { tag: text, digest: digestOf(text) }),
    unread: lines.filter(({ version }) => version === undefined),
  };
}

function parseLine(line: string): ImageVersion | undefined {
  const [tag = '', ...fields] = line.split(/[\s,]+/);
  const digest = fields.find(isDigest) ?? digestOf(tag);
  const time = fields.filter((field) => field !== digest).join(' ');
  if (time === '') return { tag, digest };
  const pushedAt = parseTime(time);
  return pushedAt && { tag, digest, pushedAt };
}

/** The policies compare no digests, but refuse a version without one. */
const digestOf = (tag: string) => `sha256:${createHash('sha256').update(tag).digest('hex')}`;

function parseTime(text: string): Date | undefined {
  const seconds = /^\d{9,11}(\.\d+)?$/.test(text);
  if (!seconds && !/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const time = new Date(seconds ? Number(text) * 1000 : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
