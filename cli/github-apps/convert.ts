import { z } from 'zod';
import { RefusedError, TryAgainError } from '../../shared/errors.ts';

const conversionSchema = z.object({
  id: z.number(),
  slug: z.string(),
  html_url: z.url(),
  pem: z.string().startsWith('-----BEGIN'),
  webhook_secret: z.string().nullable(),
});

/** An App that was created, with its key. */
export type CreatedApp = z.output<typeof conversionSchema>;

/**
 * Exchanges the code that GitHub sent the browser back with: it is good for one hour, and once.
 *
 * @throws RefusedError or TryAgainError, without anything of the answer, which may hold the key
 * @see https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
 */
export async function convertCode(apiUrl: string, code: string): Promise<CreatedApp> {
  const answer = await fetch(`${apiUrl}/app-manifests/${encodeURIComponent(code)}/conversions`, {
    method: 'POST',
    headers: { accept: 'application/vnd.github+json', 'user-agent': 'plumbline', 'x-github-api-version': '2022-11-28' },
    signal: AbortSignal.timeout(30_000),
  }).catch((cause: unknown) => {
    throw new TryAgainError('GitHub could not be reached to exchange the code of a new App', { cause });
  });
  if (answer.status !== 201)
    throw new RefusedError(
      `GitHub answered ${answer.status} to the code of a new App: a code is good for an hour, and once. Delete the App on GitHub and create it again`,
    );
  const created = conversionSchema.safeParse(await answer.json().catch(() => undefined));
  if (created.success) return created.data;
  const fields = created.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new RefusedError(`GitHub described the new App in another way than it documents (${fields})`);
}
