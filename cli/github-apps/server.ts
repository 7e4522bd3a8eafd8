import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appManifest } from '../../shared/git/app-manifest.ts';
import { type AppOnPage, appsPage } from './page.ts';
import type { PlannedApp } from './plan.ts';

type Options = {
  organization: string;
  githubUrl: string;
  apps: readonly PlannedApp[];
  webhookUrl: string | undefined;
  /** Called with the code of an App that was created. A rejection is shown in the browser and ends everything. */
  onCode(app: PlannedApp, code: string): Promise<{ slug: string; installUrl: string }>;
};

export type AppsServer = {
  url: string;
  /** When all Apps are there; rejects if one can't be had. */
  done: Promise<void>;
  close(): void;
};

/** The page on loopback that a browser creates the Apps from. */
export async function startAppsServer(options: Options): Promise<AppsServer> {
  const { organization, githubUrl, apps, webhookUrl, onCode } = options;
  // GitHub hands it back: only the page that was shown here can lead to a code that is taken.
  const state = randomBytes(24).toString('base64url');
  const created = new Map<string, { slug: string; installUrl: string }>();
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  let url = '';

  function describe({ name, does, permissions, hasWebhook }: PlannedApp): AppOnPage {
    const known = created.get(name);
    if (known !== undefined) return { name, does, ...known };
    const target = `${githubUrl}/organizations/${encodeURIComponent(organization)}/settings/apps/new`;
    const redirectUrl = `${url}/created/${name}`;
    const hook = hasWebhook ? webhookUrl : undefined;
    const manifest = appManifest({ name, organization, githubUrl, permissions, redirectUrl, webhookUrl: hook });
    return { name, does, action: `${target}?state=${state}`, manifest };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page elsewhere may lead the browser here under a name of its own.
    if (request.method !== 'GET' || `http://${request.headers.host}` !== url) return send(response, 404, 'not found');
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (pathname === '/') return send(response, 200, appsPage(organization, apps.map(describe)), githubUrl);
    const app = apps.find(({ name }) => pathname === `/created/${name}`);
    if (app === undefined) return send(response, 404, 'not found');
    if (!isEqual(searchParams.get('state') ?? '', state))
      return send(response, 403, 'this does not come from the page');
    if (!created.has(app.name)) created.set(app.name, await onCode(app, searchParams.get('code') ?? ''));
    response.writeHead(303, { location: `${url}/` }).end();
    if (created.size === apps.length) resolve();
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      send(response, 500, 'this did not work; the terminal says why');
      reject(error);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    done,
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function send(response: ServerResponse, status: number, body: string, formTarget?: string): void {
  const isPage = formTarget !== undefined;
  response
    .writeHead(status, {
      'content-type': `text/${isPage ? 'html' : 'plain'}; charset=utf-8`,
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action ${formTarget ?? "'none'"}; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      connection: 'close',
    })
    .end(body);
}
