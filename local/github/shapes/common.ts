import type { App } from '../apps.ts';
import { type Account, accountId, loginOfEmail, type World } from '../world.ts';

/** GitHub's times: UTC, whole seconds. */
export function iso(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** An opaque global id, as GraphQL knows it. */
export function nodeId(type: string, id: number | string): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString('base64').replace(/=+$/, '');
}

const accountUrls = {
  followers_url: '/followers',
  following_url: '/following{/other_user}',
  gists_url: '/gists{/gist_id}',
  starred_url: '/starred{/owner}{/repo}',
  subscriptions_url: '/subscriptions',
  organizations_url: '/orgs',
  repos_url: '/repos',
  events_url: '/events{/privacy}',
  received_events_url: '/received_events',
};

export type AccountName = Pick<Account, 'login' | 'type'>;

export function accountShape({ url, apiUrl }: World, { login, type }: AccountName) {
  const id = accountId(login);
  const self = `${apiUrl}/users/${encodeURIComponent(login)}`;
  const urls = Object.entries(accountUrls).map(([key, path]) => [key, self + path] as const);
  const page = type === 'Bot' ? `apps/${login.replace('[bot]', '')}` : encodeURIComponent(login);
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: `${url}/avatars/u/${id}`,
    gravatar_id: '',
    url: self,
    html_url: `${url}/${page}`,
    ...(Object.fromEntries(urls) as Record<keyof typeof accountUrls, string>),
    type,
    site_admin: false,
  };
}

export function appShape(world: World, app: App) {
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: accountShape(world, { login: 'plumbline', type: 'Organization' }),
    name: app.slug,
    description: null,
    external_url: world.url,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    permissions: app.permissions,
    events: app.name === 'read' ? ['pull_request', 'pull_request_review', 'push'] : [],
  };
}

/** The account behind a commit's e-mail address, or null if GitHub wouldn't know it. */
export function accountOfEmail(world: World, email: string) {
  const login = loginOfEmail(email);
  if (login === undefined) return null;
  return accountShape(world, { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' });
}
