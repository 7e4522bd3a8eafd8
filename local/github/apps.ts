import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { type AppName, type AppPermissions, appPermissions } from '../../shared/git/app-manifest.ts';
import { GitHubError, notFound } from './errors.ts';
import type { Repository } from './world.ts';

export type { AppName };
export type Permissions = AppPermissions;

export type App = {
  /** Of Plumbline's three which it is; of one that was made from a manifest, its slug. */
  name: string;
  id: number;
  slug: string;
  installationId: number;
  permissions: Permissions;
  /** Full names of the repositories that it is installed on; all of them if undefined. */
  repositories: string[] | undefined;
  publicKey: KeyObject;
  createdAt: Date;
};

/** An App as its owner has it: with its private key, PEM as GitHub hands it out (PKCS#1), that nothing else here keeps. */
export type OwnedApp = { app: App; privateKey: string };

/** An installation access token: what it may do, where, and until when. */
export type InstallationToken = {
  value: string;
  app: App;
  permissions: Permissions;
  repositories: string[] | undefined;
  expiresAt: Date;
};

export type AppOptions = { permissions?: Permissions; repositories?: string[] };

type KeyPair = Pick<App, 'publicKey'> & Pick<OwnedApp, 'privateKey'>;

/** Keys take most of the time of a start, so each App's is made once in a process. */
const keyPairs = new Map<AppName, Promise<KeyPair>>();

async function createKeyPair(): Promise<KeyPair> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const privateKey = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return {
    publicKey: createPublicKey(pair.publicKey.export({ type: 'spki', format: 'pem' })),
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  };
}

export async function createApp(name: AppName, id: number, options: AppOptions, createdAt: Date): Promise<OwnedApp> {
  const keys = keyPairs.get(name) ?? createKeyPair();
  keyPairs.set(name, keys);
  const { publicKey, privateKey } = await keys;
  const { permissions = appPermissions[name], repositories } = options;
  const names = { name, id, slug: `plumbline-${name}`, installationId: id + 1000 };
  const rights = { permissions: { metadata: 'read' as const, ...permissions }, repositories };
  return { app: { ...names, ...rights, publicKey, createdAt }, privateKey };
}

/** An App of a manifest, installed everywhere. */
export async function createAppFrom(
  { slug, id, permissions }: Pick<App, 'slug' | 'id' | 'permissions'>,
  createdAt: Date,
): Promise<OwnedApp> {
  const { publicKey, privateKey } = await createKeyPair();
  const rights = { permissions: { metadata: 'read' as const, ...permissions }, repositories: undefined };
  return { app: { name: slug, slug, id, installationId: id + 1000, ...rights, publicKey, createdAt }, privateKey };
}

/**
 * The App that signed a JSON web token.
 *
 * @throws GitHubError 401 (malformed, badly signed, expired, valid for more than ten minutes) or 404 (no such App)
 * @see https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
export function verifyAppToken(token: string, apps: App[], now: Date): App {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = decode(payload);
  const app = apps.find(({ id }) => String(id) === String(claims.iss));
  if (decode(header).alg !== 'RS256') throw undecodable();
  if (app === undefined) throw notFound('Integration not found');
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify('RSA-SHA256', signed, app.publicKey, Buffer.from(signature, 'base64url'))) throw undecodable();
  checkTimes(claims, now.getTime() / 1000);
  return app;
}

const undecodable = () => new GitHubError(401, 'A JSON web token could not be decoded');

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {}
  throw undecodable();
}

function checkTimes({ iat, exp }: Record<string, unknown>, now: number): void {
  const issued = "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
  const expires = "'Expiration time' claim ('exp')";
  if (!Number.isInteger(iat) || Number(iat) > now + 60) throw new GitHubError(401, issued);
  if (!Number.isInteger(exp) || Number(exp) <= now)
    throw new GitHubError(
      401,
      `${expires} must be a numeric value representing the future time at which the assertion expires`,
    );
  if (Number(exp) > now + 660) throw new GitHubError(401, `${expires} is too far in the future`);
}

export type TokenRequest = { repositories?: string[]; repository_ids?: number[]; permissions?: Permissions };

/**
 * A token for an installation, narrowed to what was asked for. It lives for an hour.
 *
 * @throws GitHubError 422 if more is asked for than the installation has
 */
export function issueToken(app: App, request: TokenRequest, known: Repository[], now: Date): InstallationToken {
  const permissions = request.permissions ?? app.permissions;
  if (!Object.entries(permissions).every(([name, level]) => covers(app.permissions, name, level)))
    throw new GitHubError(422, 'The permissions requested are not granted to this installation.');
  return {
    value: `ghs_${randomBytes(40).toString('base64url').replace(/[-_]/g, '0').slice(0, 36)}`,
    app,
    permissions: { ...permissions, metadata: 'read' },
    repositories: narrow(app, request, known),
    expiresAt: new Date(now.getTime() + 3_600_000),
  };
}

function narrow(app: App, request: TokenRequest, known: Repository[]): string[] | undefined {
  const { repositories: names, repository_ids: ids } = request;
  if (names === undefined && ids === undefined) return app.repositories;
  const reachable = known.filter(({ fullName }) => isInstalledOn(app, fullName));
  const chosen = reachable.filter(({ id, name }) => ids?.includes(id) || names?.includes(name));
  if (chosen.length < (names?.length ?? 0) + (ids?.length ?? 0))
    throw new GitHubError(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  return chosen.map(({ fullName }) => fullName);
}

export function isInstalledOn({ repositories }: Pick<App, 'repositories'>, fullName: string): boolean {
  return repositories?.some((name) => name.toLowerCase() === fullName.toLowerCase()) ?? true;
}

export function covers(granted: Permissions, name: string, level: 'read' | 'write'): boolean {
  return granted[name] === 'write' || granted[name] === level;
}
