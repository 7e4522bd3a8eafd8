import { z } from 'zod';
import { digestOf } from '../artifacts/digest.ts';
import { RefusedError, TryAgainError } from '../errors.ts';
import { describeChart } from './describe.ts';
import { archiveDigest, manifestType, tagOf } from './oci-manifest.ts';
import { type ChartName, type Download, type Downloaded, maximumChartBytes } from './ports.ts';
import { isLoopbackHost } from './public-address.ts';
import { requireOk } from './require-ok.ts';
import { tryParseJson } from './try-parse-json.ts';

const maximumManifestBytes = 4 * 1024 * 1024;

/**
 * Fetches a chart's archive from a registry, with a token for anybody where it asks for one.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull
 */
export async function fetchFromRegistry(chart: ChartName, download: Download): Promise<Uint8Array> {
  const { base, path, isLocal } = addressOf(chart);
  const token = createToken({ path, isLocal, download });
  const get = (url: string, maximumBytes: number) =>
    token.use((authorization) =>
      download({ url, maximumBytes, isLocal, headers: { accept: manifestType, ...authorization } }),
    );
  const manifest = await get(`${base}/v2/${path}/manifests/${tagOf(chart)}`, maximumManifestBytes);
  requireOk(manifest, describeChart(chart));
  const digest = archiveDigest(new TextDecoder().decode(manifest.body), chart);
  const blob = await get(`${base}/v2/${path}/blobs/${digest}`, maximumChartBytes);
  requireOk(blob, describeChart(chart));
  if (digestOf(blob.body) !== digest) throw new TryAgainError(`${describeChart(chart)} did not come whole`);
  return blob.body;
}

function addressOf({ repository, name }: ChartName) {
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
type Asking = { path: string; isLocal: boolean; download: Download };

/** Asks without a token first: the answer says where there is one. */
function createToken(asking: Asking) {
  let authorization: Authorization = {};
  return {
    async use(ask: (authorization: Authorization) => Promise<Downloaded>): Promise<Downloaded> {
      const answer = await ask(authorization);
      const challenge = readChallenge(answer);
      if (challenge === undefined || authorization.authorization !== undefined) return answer;
      authorization = { authorization: `Bearer ${await fetchToken(challenge, asking)}` };
      return ask(authorization);
    },
  };
}

type Challenge = { realm: string; service?: string | undefined; scope?: string | undefined };

function readChallenge({ status, headers }: Downloaded): Challenge | undefined {
  const [, parameters] = /^Bearer\s+(.*)$/i.exec(headers['www-authenticate'] ?? '') ?? [];
  if (status !== 401 || parameters === undefined) return undefined;
  const found = new Map([...parameters.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));
  const realm = found.get('realm');
  return realm === undefined ? undefined : { realm, service: found.get('service'), scope: found.get('scope') };
}

const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** @see https://distribution.github.io/distribution/spec/auth/token/ */
async function fetchToken({ realm, service, scope }: Challenge, { path, isLocal, download }: Asking): Promise<string> {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined) throw new RefusedError('the registry names no place to get a token from');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', scope ?? `repository:${path}:pull`);
  const answer = await download({ url: url.href, maximumBytes: 1024 * 1024, isLocal });
  requireOk(answer, `a token of ${url.host}`);
  const { token, access_token } = tokenSchema.safeParse(tryParseJson(new TextDecoder().decode(answer.body))).data ?? {};
  const found = token ?? access_token;
  if (found === undefined) throw new TryAgainError(`${url.host} gave no token`);
  return found;
}
