import { Webhooks } from '@octokit/webhooks';
import { BadInputError } from '../../shared/errors.ts';
import type { Verify } from './receive.ts';

/** The secret's value. @param maximumAge how long ago it may have been asked for, in milliseconds. Default: what the cache holds */
type ReadSecret = (maximumAge?: number) => Promise<string>;

/** However many forged deliveries come, the secret isn't asked for more often. */
const shortestMilliseconds = 30_000;

/**
 * Checks a signature against every valid secret, in constant time for each. One that doesn't match may be by a secret that is newer than
 * the cache: then it is asked for once more, at most twice a minute.
 *
 * The secret's value is the webhook secret itself or a JSON array of several: one for each App with a webhook, and during a rotation the
 * new and the old one.
 *
 * @throws PlumblineError if the secret can't be read or is malformed
 */
export function createVerify(readSecret: ReadSecret): Verify {
  return async (body, signature) => {
    const known = await readSecret();
    if (await isSignedBy(known, body, signature)) return true;
    const newest = await readSecret(shortestMilliseconds);
    return newest !== known && isSignedBy(newest, body, signature);
  };
}

async function isSignedBy(value: string, body: string, signature: string): Promise<boolean> {
  const secrets = parseSecrets(value);
  const matches = await Promise.all(secrets.map((secret) => new Webhooks({ secret }).verify(body, signature)));
  return matches.includes(true);
}

/** @throws BadInputError without the value, when it is neither text nor an array of texts */
export function parseSecrets(value: string): string[] {
  const secrets = value.trimStart().startsWith('[') ? parseArray(value) : [value.trim()];
  if (secrets.length > 0 && secrets.every((secret) => typeof secret === 'string' && secret !== '')) return secrets;
  throw new BadInputError([
    {
      message:
        'the webhook secret in Secrets Manager is malformed: it must be the secret itself, or a JSON array of several',
    },
  ]);
}

function parseArray(value: string): string[] {
  try {
    return JSON.parse(value) as string[];
  } catch {
    return [];
  }
}
