import type { appManifest } from '../../shared/git/app-manifest.ts';

/** What the page shows of one App: a button that creates it, or where it is by now. */
export type AppOnPage = { name: string; does: string } & (
  | { action: string; manifest: ReturnType<typeof appManifest> }
  | { installUrl: string; slug: string }
);

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1c2430;background:#fff}' +
  'li{margin:1rem 0}button{font:inherit;padding:.4rem 1rem;cursor:pointer}code{background:#eef1f5;padding:.1rem .3rem}' +
  '@media(prefers-color-scheme:dark){body{color:#e4e8ee;background:#14181e}code{background:#252b34}a{color:#8ab8ff}}';

/** The loopback page: the browser sends each manifest to GitHub, where the organisation's owner confirms it. */
export function appsPage(organization: string, apps: readonly AppOnPage[]): string {
  const isDone = apps.every((app) => 'slug' in app);
  const end = isDone
    ? '<p><strong>Install each on your environment repositories</strong>, then go on in the terminal. You can close this page.</p>'
    : '<p>GitHub asks you to confirm each, and sends you back here.</p>';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Plumbline’s GitHub Apps</title><style>${style}</style></head>
<body><h1>GitHub Apps of ${escaped(organization)}</h1><ol>${apps.map(itemOf).join('')}</ol>${end}</body></html>
`;
}

function itemOf(app: AppOnPage): string {
  const title = `<strong>${escaped(app.name)}</strong>: ${escaped(app.does)}`;
  if ('slug' in app)
    return `<li>${title}<br>✓ <code>${escaped(app.slug)}</code> · <a href="${escaped(app.installUrl)}" target="_blank" rel="noreferrer">install it</a></li>`;
  const manifest = escaped(JSON.stringify(app.manifest));
  return `<li>${title}<form method="post" action="${escaped(app.action)}"><input type="hidden" name="manifest" value="${manifest}"><button>Create it</button></form></li>`;
}
