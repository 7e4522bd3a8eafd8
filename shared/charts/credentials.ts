import { z } from 'zod';
import type { ChartCredentials } from '../config/chart.ts';
import { BadInputError } from '../errors.ts';
import type { Secrets } from '../secrets/secrets.client.ts';
import { matchesWildcard } from '../wildcard.ts';
import { addressOf } from './describe.ts';
import type { ChartName, Credentials } from './ports.ts';
import { tryParseJson } from './try-parse-json.ts';

/** Undefined: nobody in particular. */
export type CredentialsFor = (chart: ChartName) => Promise<Credentials | undefined>;

const valueSchema = z.object({ username: z.string().regex(/^[^:]+$/), password: z.string().min(1) });

/**
 * Finds the credentials for a chart: those of the first entry that is about it.
 *
 * @throws BadInputError if the secret's value isn't of the form that is wanted, and whatever `secrets` throws
 */
export function createCredentialsFor(entries: readonly ChartCredentials[], secrets: Secrets): CredentialsFor {
  return async (chart) => {
    const entry = entries.find(({ charts }) => matchesWildcard(addressOf(chart), charts));
    if (entry === undefined) return undefined;
    const { success, data } = valueSchema.safeParse(tryParseJson(await secrets.get(entry.secret)));
    if (!success) throw malformed(entry.secret);
    return { ...data, secret: entry.secret };
  };
}

const malformed = (secret: string) =>
  new BadInputError([
    { message: `the secret ${secret} must be {"username": "…", "password": "…"}, the username without a colon` },
  ]);

/** @see https://www.rfc-editor.org/rfc/rfc7617 */
export const basic = ({ username, password }: Credentials): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
});
