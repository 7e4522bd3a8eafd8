import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { SourcePorts } from '../../functions/source/ports.ts';
import { refresh } from '../../functions/source/refresh.ts';
import type { RenderRequest } from '../../shared/artifacts/artifact.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import { createReadRelease } from '../../shared/artifacts/read-release.ts';
import type { RenderResult } from '../../shared/artifacts/render-result.ts';
import type { GitChange } from '../../shared/events/messages.ts';
import type { Measurement } from '../../shared/lambda/metrics.ts';
import { createMemoryObjectStore } from '../fakes/memory-object-store.ts';
import { createMemoryPullRequestStore } from '../fakes/memory-pull-request-store.ts';
import { createMemoryStateStore } from '../fakes/memory-state-store.ts';
import { aDeployerEnvironment } from './examples.ts';

export type Files = Record<string, string>;
export const web = (content: string): Files => ({ 'applications/web/a.yaml': content });
export const change: GitChange = {
  kind: 'git-change',
  repository: 'example-org/example-environment',
  branch: 'staging',
  cause: 'a test',
};

export async function archiveOf(files: Files): Promise<Uint8Array> {
  const tar = pack();
  for (const [path, content] of Object.entries(files))
    tar.entry({ name: `example-org-example-environment-abc/${path}` }, content);
  tar.finalize();
  return Buffer.concat(await Array.fromAsync(tar.pipe(createGzip())));
}

/** `source` on a branch whose commits are played by hand; the renderer "renders" any folder to the digest of all files. */
export function createSource() {
  const measured: Measurement[] = [];
  const heads: { revision: string; files: Files; message: string }[] = [];
  const objects = createMemoryObjectStore();
  const state = createMemoryStateStore();
  const sent: { queue: string; application: string; group?: string; deduplication?: string }[] = [];
  const rendered: string[] = [];
  let results: Record<string, RenderResult | 'crashed'> = {};
  let staleAnswers: string[] = [];
  let now = new Date('2026-01-02T03:04:05.000Z').getTime();
  let remaining = 300_000;
  let [running, most] = [0, 0];

  const contents = new Map<string | undefined, Uint8Array>();
  function contentOf(revision: string | undefined): Uint8Array {
    const files = heads.find((head) => head.revision === revision)?.files;
    const bytes = contents.get(revision) ?? Buffer.from(JSON.stringify({ objects: digestOf(JSON.stringify(files)) }));
    contents.set(revision, bytes);
    return bytes;
  }

  async function render({ path, artifactUrl, treeUrl }: RenderRequest): Promise<RenderResult | 'crashed'> {
    rendered.push(path);
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    const failure = results[path];
    if (failure !== undefined) return failure;
    const revision = /([0-9a-f]{40})/.exec(treeUrl)?.[1];
    const bytes = contentOf(revision);
    await objects.putOnce(artifactUrl.replace('memory:', ''), bytes);
    return { outcome: 'rendered', digest: digestOf(bytes), objects: 1, warnings: [] };
  }

  const ports: SourcePorts = {
    environments: { staging: aDeployerEnvironment() },
    clusters: {},
    git: {
      head: async () => staleAnswers.shift() ?? heads.at(-1)?.revision,
      history: async (_repository, revision) =>
        heads
          .slice(0, heads.findIndex((head) => head.revision === revision) + 1)
          .toReversed()
          .map((head) => ({ ...head, at: new Date(0), byApp: false, author: 'ada' })),
      openPullRequests: async () => [],
      testMerge: async () => ({ outcome: 'unknown' }),
      isAgreedTo: async () => false,
      archive: async (_repository, revision) =>
        archiveOf(heads.find((head) => head.revision === revision)?.files ?? {}),
    },
    state,
    pullRequests: createMemoryPullRequestStore(),
    objects,
    readRelease: createReadRelease(objects),
    render,
    fetchChart: () => Promise.reject(new Error('no chart was expected')),
    describe: async () => ({ endpoint: 'https://x.eks.amazonaws.com', certificateAuthority: 'Y2E=' }),
    sendAll: async (queue, messages) => {
      for (const { message, fifo } of messages)
        sent.push({ queue, application: (message as { application: string }).application, ...fifo });
    },
    reconciliationQueues: { example: 'queue' },
    clock: { now: () => new Date(now) },
    deadline: { remaining: () => remaining },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    measure: (measurement) => void measured.push(measurement),
    sleep: async () => undefined,
  };
  return {
    ports,
    state,
    measured,
    sent,
    rendered,
    /** How many were rendered at once, at most. */
    most: () => most,
    push(files: Files, message = ''): string {
      const revision = String(heads.length + 1)
        .repeat(40)
        .slice(0, 40);
      heads.push({ revision, files, message });
      return revision;
    },
    renderAs: (next: typeof results) => {
      results = next;
    },
    advance: (minutes: number) => {
      now += minutes * 60_000;
    },
    /** How much of the invocation is left. */
    leave: (milliseconds: number) => {
      remaining = milliseconds;
    },
    answerStale: (...revisions: string[]) => {
      staleAnswers = revisions;
    },
    refresh: (part: Partial<GitChange> = {}) => refresh('staging', { ...change, ...part }, ports),
    release: async () => ports.readRelease((await state.readDesired('staging'))?.release ?? ''),
  };
}
