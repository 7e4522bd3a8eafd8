import { createHash } from 'node:crypto';
import type { ImageVersion } from '../../../shared/images/ports.ts';

export const repository = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/example-application';

/** A digest that is made of a word, so that a test can say which one it means. */
export const digestOf = (word: string) => `sha256:${createHash('sha256').update(word).digest('hex')}`;

/** Versions as the registry lists them, each with the digest of its tag. */
export const versionsOf = (...tags: string[]): ImageVersion[] =>
  tags.map((tag) => ({ tag, digest: digestOf(tag), pushedAt: new Date(0) }));
