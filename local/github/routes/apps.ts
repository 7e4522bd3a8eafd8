import { type App, type InstallationToken, isInstalledOn, issueToken, type TokenRequest } from '../apps.ts';
import { notFound } from '../errors.ts';
import { sliceOf } from '../pages.ts';
import { type Call, ok, type Route } from '../router.ts';
import { accountShape, appShape, iso } from '../shapes/common.ts';
import { fullRepositoryShape, repositoryShape } from '../shapes/repository.ts';
import { findRepository, type Repository, type World } from '../world.ts';

function ownerOf({ repositories }: World): string {
  return [...repositories.values()][0]?.owner ?? 'plumbline';
}

function installationShape(world: World, app: App) {
  const account = accountShape(world, { login: ownerOf(world), type: 'Organization' });
  const self = `${world.apiUrl}/app/installations/${app.installationId}`;
  return {
    id: app.installationId,
    account,
    repository_selection: app.repositories === undefined ? 'all' : 'selected',
    access_tokens_url: `${self}/access_tokens`,
    repositories_url: `${world.apiUrl}/installation/repositories`,
    html_url: `${world.url}/settings/installations/${app.installationId}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: 'Organization',
    permissions: app.permissions,
    events: appShape(world, app).events,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}

function tokenShape(world: World, token: InstallationToken) {
  const { repositories } = token;
  return {
    token: token.value,
    expires_at: iso(token.expiresAt),
    permissions: token.permissions,
    repository_selection: repositories === undefined ? 'all' : 'selected',
    ...(repositories && {
      repositories: repositories.map((name) => repositoryShape(world, findRepository(world, name))),
    }),
  };
}

function ownInstallation({ app, params }: Call): App {
  if (Number(params.installation_id) !== app.installationId) throw notFound();
  return app;
}

function createToken(call: Call, tokens: Map<string, InstallationToken>) {
  const { world, body } = call;
  const app = ownInstallation(call);
  const token = issueToken(app, (body ?? {}) as TokenRequest, [...world.repositories.values()], world.now());
  tokens.set(token.value, token);
  return { status: 201, body: tokenShape(world, token) };
}

function reachable({ world, token }: Call): Repository[] {
  const all = [...world.repositories.values()];
  return token === undefined ? [] : all.filter(({ fullName }) => isInstalledOn(token, fullName));
}

/** Apps, their installations and tokens. */
export function appRoutes(tokens: Map<string, InstallationToken>): Route[] {
  return [
    { operation: 'GET /app', access: 'app', handle: ({ world, app }) => ok(appShape(world, app)) },
    {
      operation: 'GET /app/installations/{installation_id}',
      access: 'app',
      handle: (call) => ok(installationShape(call.world, ownInstallation(call))),
    },
    {
      operation: 'POST /app/installations/{installation_id}/access_tokens',
      access: 'app',
      handle: (call) => createToken(call, tokens),
    },
    {
      operation: 'GET /repos/{owner}/{repo}/installation',
      access: 'app',
      handle: ({ world, app, params }) => {
        const { fullName } = findRepository(world, `${params.owner}/${params.repo}`);
        if (!isInstalledOn(app, fullName)) throw notFound();
        return ok(installationShape(world, app));
      },
    },
    {
      operation: 'GET /installation/repositories',
      access: 'installation',
      handle: (call) => {
        const { items, headers } = sliceOf(call, reachable(call));
        const repositories = items.map((repository) => fullRepositoryShape(call.world, repository));
        return ok({ total_count: reachable(call).length, repositories }, headers);
      },
    },
  ];
}
