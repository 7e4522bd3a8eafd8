import { Webhooks } from '@octokit/webhooks';
import { BadInputError } from '../../shared/errors.ts';
import type { Verify } from './receive.ts';

/**
 * Checks a signature against every valid secret, in constant time for each.
 *
 * The secret's value is the webhook secret itself or, during a rotation, a JSON array with the new and the old one.
 */
export function createVerify(readSecret: () => Promise<string>): Verify {
  return async (body, signature) => {
    const secrets = parseSecrets(await readSecret());
    const matches = await Promise.all(secrets.map((secret) => new Webhooks({ secret }).verify(body, signature)));
    return matches.includes(true);
  };
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
