import { createHash } from 'node:crypto';
import { refreshAll } from '../../functions/source/refresh-all.ts';
import { digestOf } from '../../shared/artifacts/digest.ts';
import type { PlanRequest } from '../../shared/events/messages.ts';
import type { OpenPullRequest, TestMerge } from '../../shared/git/pull-request-ports.ts';
import { createMemoryPullRequestStore } from '../fakes/memory-pull-request-store.ts';
import { archiveOf, change, createSource, type Files, web } from './source-world.ts';

type Open = OpenPullRequest & { files: Files; merge: TestMerge['outcome'] };

/** `source` on a branch with pull requests to it. A folder renders to the digest of its files; merging adds a pull request's files. */
function createPullRequestWorld() {
  const source = createSource();
  const { ports } = source;
  const pullRequests = createMemoryPullRequestStore();
  ports.pullRequests = pullRequests;
  const trees = new Map<string, Files>();
  const pulls = new Map<number, Open>();
  const agreed = new Set<string>();
  const asked: (PlanRequest & { group: string; deduplication: string })[] = [];
  const calls = { testMerge: 0, archive: 0 };
  let base = '';
  let failing: string | undefined;

  const shaOf = (...parts: unknown[]) => createHash('sha1').update(JSON.stringify(parts)).digest('hex');

  function add(files: Files): string {
    const revision = shaOf(files);
    trees.set(revision, files);
    return revision;
  }

  ports.git = {
    ...ports.git,
    head: async () => base,
    archive: async (_, revision) => {
      calls.archive += 1;
      return archiveOf(trees.get(revision) ?? {});
    },
    openPullRequests: async () => [...pulls.values()].map(({ files: _, merge: __, ...open }) => open),
    async testMerge(_, { number, head }) {
      calls.testMerge += 1;
      const pull = pulls.get(number);
      if (pull === undefined || pull.head !== head || pull.merge === 'unknown') return { outcome: 'unknown' };
      if (pull.merge === 'conflict') return { outcome: 'conflict' };
      return { outcome: 'clean', commit: add({ ...trees.get(base), ...pull.files }) };
    },
    isAgreedTo: async (_, { head }) => agreed.has(head),
  };
  ports.render = async ({ path, artifactUrl, treeUrl }, tenant) => {
    source.rendered.push(`${tenant}: ${path}`);
    if (failing === path)
      return { outcome: 'failed', problems: [{ file: `${path}/a.yaml`, line: 3, message: 'is broken' }] };
    const files = trees.get(/([0-9a-f]{40})/.exec(treeUrl)?.[1] ?? '') ?? {};
    const own = Object.entries(files).filter(([file]) => file.startsWith(`${path}/`));
    const bytes = Buffer.from(JSON.stringify({ objects: own }));
    await ports.objects.putOnce(artifactUrl.replace('memory:', ''), bytes);
    return { outcome: 'rendered', digest: digestOf(bytes), objects: 1, warnings: [] };
  };
  ports.sendAll = async (_, messages) => {
    for (const { message, fifo } of messages) {
      const { mode } = message as PlanRequest;
      if (mode === 'plan') asked.push({ ...(message as PlanRequest), group: '', deduplication: '', ...fifo });
    }
  };

  return {
    ...source,
    asked,
    calls,
    pullRequests,
    /** A commit on the branch. */
    commit: (files: Files) => {
      base = add(files);
      return base;
    },
    /** Opens a pull request with these files over the branch's, or pushes to it. */
    propose(number: number, files: Files, more: Partial<Open> = {}): string {
      const head = shaOf('head', number, files, more);
      const before = pulls.get(number);
      pulls.set(number, {
        isFork: false,
        isDraft: false,
        author: 'dev',
        merge: 'clean',
        ...before,
        number,
        head,
        files,
        ...more,
      });
      return head;
    },
    close: (number: number) => pulls.delete(number),
    agree: (head: string) => agreed.add(head),
    /** Lets a folder fail to render from now on. */
    failToRender: (path: string | undefined) => {
      failing = path;
    },
    /** One message of the webhook or the resync. */
    look: () => refreshAll([{ message: change, record: { messageId: '1' } as never }], ports),
    at: (number: number) =>
      ports.pullRequests.listPullRequests('staging').then((all) => all.find((one) => one.number === number)),
  };
}

/** What the branch runs, unless told otherwise. */
export const deployed: Files = { ...web('1'), 'applications/api/a.yaml': '1' };

/** A branch that was deployed once, and has no pull request yet. */
export async function createDeployed(files = deployed) {
  const world = createPullRequestWorld();
  world.commit(files);
  await world.look();
  return world;
}
