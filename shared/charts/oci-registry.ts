import { z } from 'zod';
import { digestOf } from '../artifacts/digest.ts';
import { RefusedError, TryAgainError } from '../errors.ts';
import { basic } from './credentials.ts';
import { describeChart } from './describe.ts';
import { archiveDigest, manifestType, tagOf } from './oci-manifest.ts';
import { type ChartName, type Downloaded, type Fetching, maximumChartBytes } from './ports.ts';
import { isLoopbackHost } from './public-address.ts';
import { requireOk } from './require-ok.ts';
import { tryParseJson } from './try-parse-json.ts';

const maximumManifestBytes = 4 * 1024 * 1024;

/**
 * Fetches a chart's archive from a registry, with a token where it asks for one: for anybody, or for whoever the credentials are of.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
 */
export async function fetchFromRegistry(chart: ChartName, { download, credentials }: Fetching): Promise<Uint8Array> {
  const { base, path, isLocal } = placeOf(chart);
  const access = createAccess({ path, isLocal, download, credentials });
  const get = (url: string, maximumBytes: number) =>
    access.use((authorization) =>
      download({ url, maximumBytes, isLocal, headers: { accept: manifestType, ...authorization } }),
    );
  const manifest = await get(`${base}/v2/${path}/manifests/${tagOf(chart)}`, maximumManifestBytes);
  requireOk(manifest, describeChart(chart), credentials);
  const digest = archiveDigest(new TextDecoder().decode(manifest.body), chart);
  const blob = await get(`${base}/v2/${path}/blobs/${digest}`, maximumChartBytes);
  requireOk(blob, describeChart(chart), credentials);
  if (digestOf(blob.body) !== digest) throw new TryAgainError(`${describeChart(chart)} did not come whole`);
  return blob.body;
}

function placeOf({ repository, name }: ChartName) {
  const { host, hostname, pathname } = new URL(repository.replace(/^oci:/, 'https:'));
  const isLocal = isLoopbackHost(hostname);
  // The name that people know isn't the host that answers.
  const server = host === 'docker.io' ? 'registry-1.docker.io' : host;
  return {
    base: `${isLocal ? 'http' : 'https'}://${server}`,
    path: `${pathname}/${name}`.replace(/^\/+/, ''),
    isLocal,
  };
}

type Authorization = { authorization?: string };
type Asking = Fetching & { path: string; isLocal: boolean };

/** Asks as nobody first: the answer says what is wanted, and where there is a token. */
function createAccess(asking: Asking) {
  let authorization: Authorization = {};
  return {
    async use(ask: (authorization: Authorization) => Promise<Downloaded>): Promise<Downloaded> {
      const answer = await ask(authorization);
      if (answer.status !== 401 || authorization.authorization !== undefined) return answer;
      authorization = await answerTo(answer.headers['www-authenticate'] ?? '', asking);
      return authorization.authorization === undefined ? answer : ask(authorization);
    },
  };
}

type Challenge = { realm: string; service?: string | undefined; scope?: string | undefined };

/** What a registry that wants to know who asks is told. Nothing, where it wants a password and there is none. */
async function answerTo(challenge: string, asking: Asking): Promise<Authorization> {
  const bearer = readBearer(challenge);
  if (bearer !== undefined) return { authorization: `Bearer ${await fetchToken(bearer, asking)}` };
  const { credentials } = asking;
  return credentials !== undefined && /^Basic\b/i.test(challenge) ? basic(credentials) : {};
}

function readBearer(challenge: string): Challenge | undefined {
  const [, parameters] = /^Bearer\s+(.*)$/i.exec(challenge) ?? [];
  if (parameters === undefined) return undefined;
  const found = new Map([...parameters.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));
  const realm = found.get('realm');
  return realm === undefined ? undefined : { realm, service: found.get('service'), scope: found.get('scope') };
}

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** @see https://distribution.github.io/distribution/spec/auth/token/ */
async function fetchToken({ realm, service, scope }: Challenge, asking: Asking): Promise<string> {
  const { path, isLocal, download, credentials } = asking;
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined) throw new RefusedError('the registry names no place to get a token from');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope ?? `repository:${path}:pull`);
  const headers = credentials === undefined ? {} : basic(credentials);
  const answer = await download({ url: url.href, maximumBytes: 1024 * 1024, isLocal, headers });
  requireOk(answer, `a token of ${url.host}`, credentials);
  const { token, access_token } = tokenSchema.safeParse(tryParseJson(new TextDecoder().decode(answer.body))).data ?? {};
  const found = token ?? access_token;
  if (found === undefined) throw new TryAgainError(`${url.host} gave no token`);
  return found;
}
