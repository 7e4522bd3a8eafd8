import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { BadInputError, PlumblineError, problemsOf } from '../../shared/errors.ts';
import { describeProblem } from '../../shared/problem.ts';
import { convertCode } from './convert.ts';
import { instructions, type Kept, type KeptApp } from './instructions.ts';
import { createKeyFolder, type KeyFolder } from './key-folder.ts';
import { apiUrlOf, planApps } from './plan.ts';
import { startAppsServer } from './server.ts';

export type GitHubAppsOptions = {
  organization: string;
  /** Default: `https://github.com`. */
  githubUrl: string;
  /** Where the App that reads sends its events. Default: nowhere, as it is only known after the first `cdk deploy`. */
  webhookUrl?: string;
  /** One App for everything. Default: three. */
  one?: boolean;
  /** Of the names of secrets. */
  secretPrefix: string;
  /** The folder for the keys; it must not exist yet. */
  out: string;
};

/**
 * `plumbline github-apps`: creates the GitHub Apps through a browser, keeps their keys in files that only this user can read, and prints
 * what to do with them. A key is never printed.
 *
 * @returns the exit code: 0, or 1 if there was a problem
 */
export async function githubApps(
  options: GitHubAppsOptions,
  out: { stdout: Writable; stderr: Writable },
): Promise<number> {
  try {
    const checked = check(options);
    const folder = await createKeyFolder(options.out);
    out.stdout.write(instructions(await createApps(checked, folder, (text) => out.stdout.write(text))));
    return 0;
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    for (const problem of problemsOf(error)) out.stderr.write(`error: ${describeProblem(problem)}\n`);
    return 1;
  }
}

/** @throws BadInputError naming the option */
function check(options: GitHubAppsOptions): GitHubAppsOptions {
  const refuse = (message: string) => new BadInputError([{ message }]);
  const { organization, githubUrl, webhookUrl, secretPrefix } = options;
  if (!/^[A-Za-z0-9](-?[A-Za-z0-9])*$/.test(organization))
    throw refuse(`--organization must be a name as it stands in github.com/NAME; found "${organization}"`);
  if (!isWebAddress(githubUrl)) throw refuse(`--github-url must be an https address; found "${githubUrl}"`);
  if (webhookUrl !== undefined && !isWebAddress(webhookUrl))
    throw refuse(`--webhook-url must be an https address; found "${webhookUrl}"`);
  if (!/^[\w/+=.@-]{1,400}$/.test(secretPrefix))
    throw refuse(`--secret-prefix may have letters, digits and /_+=.@-; found "${secretPrefix}"`);
  return { ...options, githubUrl: new URL(githubUrl).origin };
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
}

async function createApps(options: GitHubAppsOptions, folder: KeyFolder, say: (text: string) => void): Promise<Kept> {
  const { organization, githubUrl, webhookUrl, one = false, secretPrefix } = options;
  const apps = planApps(one);
  const kept: KeptApp[] = [];
  let webhookSecret: string | undefined;
  const server = await startAppsServer({
    organization,
    githubUrl,
    apps,
    webhookUrl,
    async onCode({ name, hasWebhook }, code) {
      const { id, slug, html_url, pem, webhook_secret } = await convertCode(apiUrlOf(githubUrl), code);
      const keyFile = await folder.keep(`${name}.pem`, pem);
      if (hasWebhook && webhookUrl !== undefined) webhookSecret = webhook_secret ?? undefined;
      const installUrl = `${html_url}/installations/new`;
      kept.push({ name, appId: id, installUrl, secretName: `${secretPrefix}/${name}`, keyFile });
      say(`created ${slug} (App ${id})\n`);
      return { slug, installUrl };
    },
  });
  try {
    say(`Open ${server.url} in a browser where you are signed in as an owner of ${organization}.\n`);
    await server.done;
  } finally {
    server.close();
  }
  const file = await folder.keep('webhook-secret', webhookSecret ?? randomBytes(32).toString('hex'));
  const order = apps.map(({ name }) => name);
  const inOrder = kept.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return { apps: inOrder, webhook: { secretName: `${secretPrefix}/webhook`, file }, folder: folder.path };
}
