import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type App, createAppFrom } from './apps.ts';
import { GitHubError, notFound } from './errors.ts';
import type { GitHubDescription } from './openapi.ts';
import type { Answer } from './router.ts';
import { appShape } from './shapes/common.ts';
import type { World } from './world.ts';

/** @see https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters */
const manifestSchema = z.strictObject({
  name: z.string().min(1).max(34).optional(),
  url: z.url(),
  hook_attributes: z.strictObject({ url: z.url({ protocol: /^https$/ }), active: z.boolean().optional() }).optional(),
  redirect_url: z.url().optional(),
  callback_urls: z.array(z.url()).max(10).optional(),
  setup_url: z.url().optional(),
  description: z.string().optional(),
  public: z.boolean().optional(),
  default_events: z.array(z.string()).optional(),
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
  request_oauth_on_install: z.boolean().optional(),
  setup_on_update: z.boolean().optional(),
});
type Manifest = z.output<typeof manifestSchema>;

export const conversion = 'POST /app-manifests/{code}/conversions';
const page = /^\/organizations\/[\w-]+\/settings\/apps\/new$/;
const hour = 3_600_000;

export type AppManifests = {
  /** Whether a path is the page's, or the call's that exchanges a code. */
  isPage(path: string): boolean;
  isConversion(path: string): boolean;
  /** The page on which an owner confirms a manifest; here everything is confirmed at once. @param form as the browser sends it */
  confirm(form: string, query: URLSearchParams): Answer;
  /** @throws GitHubError 404 for a code that is unknown, used or old */
  convert(path: string): Promise<Answer>;
};

/** How Apps are made from manifests: by a browser, which is sent back with a code, and by a call that exchanges it. */
export function createAppManifests(world: World, description: GitHubDescription): AppManifests {
  const codes = new Map<string, { manifest: Manifest; until: number }>();

  function confirm(form: string, query: URLSearchParams): Answer {
    const manifest = readManifest(new URLSearchParams(form).get('manifest') ?? '');
    const code = randomBytes(20).toString('hex');
    codes.set(code, { manifest, until: world.now().getTime() + hour });
    const back = new URL(manifest.redirect_url ?? world.url);
    back.searchParams.set('code', code);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    return { status: 302, headers: { location: String(back) } };
  }

  async function convert(path: string): Promise<Answer> {
    const code = path.split('/')[2] ?? '';
    const known = codes.get(code);
    if (!codes.delete(code) || known === undefined || known.until < world.now().getTime()) throw notFound();
    const body = await register(world, known.manifest);
    const problems = description.checkAnswer(conversion, 201, JSON.parse(JSON.stringify(body)));
    world.violations.push(...problems.map((problem) => `${conversion}: ${problem}`));
    return { status: 201, body };
  }

  return {
    isPage: (path) => page.test(path),
    isConversion: (path) => /^\/app-manifests\/[^/]+\/conversions$/.test(path),
    confirm,
    convert,
  };
}

function readManifest(text: string): Manifest {
  const manifest = manifestSchema.safeParse(tryParse(text));
  if (manifest.success) return manifest.data;
  const words = manifest.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new GitHubError(422, `Invalid GitHub App configuration. ${words.join('; ')}`);
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function register(world: World, manifest: Manifest) {
  const { name = 'plumbline', default_permissions: permissions = {}, default_events: events = [] } = manifest;
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  if (world.apps.some((app) => app.slug === slug)) throw new GitHubError(422, 'Name has already been taken');
  const { app, privateKey } = await createAppFrom({ slug, id: world.nextId(), permissions }, world.now());
  world.apps.push(app satisfies App);
  const secret = () => randomBytes(20).toString('hex');
  return {
    ...appShape(world, app),
    name,
    events,
    client_id: `Iv1.${secret().slice(0, 16)}`,
    client_secret: secret(),
    webhook_secret: manifest.hook_attributes === undefined ? null : secret(),
    pem: privateKey,
  };
}
