import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { type AccessEntry, mapCaller } from './access-entries.ts';
import { parseEksToken } from './eks-token.ts';

/** Says who signed a presigned `GetCallerIdentity` request; undefined if STS would refuse it with these headers. */
export type Identify = (
  presignedUrl: string,
  headers: Readonly<Record<string, string>>,
) => Promise<{ arn: string } | undefined>;

/** What makes a cluster accept EKS tokens. */
export type Authenticator = {
  /** Tokens are signed for one cluster. */
  clusterName: string;
  identify: Identify;
  /** Asked at every review, as entries come and go while the cluster runs. */
  accessEntries(): readonly AccessEntry[] | Promise<readonly AccessEntry[]>;
  clock?: Clock;
};

/** The answer to a token: a user, or why there is none. */
export type Review = { authenticated: true; user: ReviewedUser } | { authenticated: false; error: string };

/** As in `authentication.k8s.io/v1` UserInfo. */
type ReviewedUser = {
  username: string;
  uid: string;
  groups: readonly string[];
  extra: Record<string, string[]>;
};

/** The running webhook. */
export type TokenReview = {
  /** Writes the file for `--authentication-token-webhook-config-file` into a folder and says where; nothing without an authenticator. */
  writeKubeconfig(folder: string): Promise<string | undefined>;
  stop(): Promise<void>;
};

/** Decides on a token as EKS does: read it, ask STS who signed it, look for that principal's access entry. */
export async function reviewToken(token: string, authenticator: Authenticator): Promise<Review> {
  const { clusterName, identify, accessEntries, clock = systemClock } = authenticator;
  const parsed = parseEksToken(token, { clusterName, now: clock.now() });
  if (parsed.kind === 'refused') return refuse(parsed.reason);
  const caller = await identify(parsed.identity.url, parsed.identity.headers);
  if (caller === undefined) return refuse('STS does not accept the signature for this cluster');
  const user = mapCaller(caller.arn, await accessEntries());
  if (user === undefined) return refuse(`${caller.arn} has no access entry`);
  const extra = { arn: [caller.arn], canonicalArn: [user.canonicalArn] };
  return { authenticated: true, user: { username: user.username, uid: caller.arn, groups: user.groups, extra } };
}

/** Serves token reviews to an API server on a free loopback port; serves nothing without an authenticator. */
export async function startTokenReview(authenticator: Authenticator | undefined): Promise<TokenReview> {
  if (authenticator === undefined) return { writeKubeconfig: async () => undefined, stop: async () => undefined };
  const server = createServer((request, response) => answer(request, response, authenticator));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    writeKubeconfig: async (folder) => {
      const path = join(folder, 'token-webhook.json');
      await writeFile(path, JSON.stringify(kubeconfigOf(`http://127.0.0.1:${port}/`)), { mode: 0o600 });
      return path;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const requestSchema = z.object({ kind: z.literal('TokenReview'), spec: z.object({ token: z.string() }) });
const maxBodyBytes = 1024 * 1024;

async function answer(request: IncomingMessage, response: ServerResponse, authenticator: Authenticator): Promise<void> {
  const body = await readBody(request).catch(() => undefined);
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return send(response, 400, { message: 'expected a TokenReview' });
  const status = await reviewToken(parsed.data.spec.token, authenticator).catch((error: unknown) =>
    refuse(`the caller could not be identified: ${error instanceof Error ? error.message : error}`),
  );
  send(response, 200, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status });
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(error: string): Review {
  return { authenticated: false, error };
}

function kubeconfigOf(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'token-review', cluster: { server } }],
    contexts: [{ name: 'token-review', context: { cluster: 'token-review', user: 'api-server' } }],
    users: [{ name: 'api-server', user: {} }],
    'current-context': 'token-review',
  };
}
