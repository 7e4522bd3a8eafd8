import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { BadInputError, MissingError } from '../../shared/errors.ts';
import type { CommitStatus, GitReporter, GitWriter } from '../../shared/git/ports.ts';
import { createMemoryPullRequests, type MemoryPullRequests } from './memory-pull-requests.ts';

type Files = ReadonlyMap<string, Uint8Array>;
type StoredCommit = {
  revision: string;
  sequence: number;
  parents: string[];
  message: string;
  files: Files;
  at: Date;
  byApp: boolean;
};
type Branch = { repository: string; branch: string };
type NewCommit = Pick<StoredCommit, 'message' | 'byApp'> & {
  parents: string[];
  change: (files: Map<string, Uint8Array>) => void;
};

export type MemoryGit = GitWriter &
  GitReporter &
  Pick<MemoryPullRequests, 'close' | 'reopen'> & {
    /** A person's commit on a branch, which is made if there is none; `null` deletes a file. Returns its SHA. */
    push(branch: Branch, files: Record<string, string | null>, message?: string): string;
    /** A person merges a pull request: its changes to the base, by a merge commit or, squashed, by one of their own. */
    merge(repository: string, number: number, squashedAs?: string): string;
    /** A file at a branch's head, as text. */
    read(repository: string, branch: string, path: string): string | undefined;
    /** Messages of a branch, newest first. */
    messages(repository: string, branch: string): string[];
  };

const maximumDescription = 140;
const key = (repository: string, name: string) => `${repository} ${name}`;

/** The Git of tests: the same contract as GitHub's (`test/contracts/git.ts`). */
export function createMemoryGit({ now }: Clock = systemClock): MemoryGit {
  const commits = new Map<string, StoredCommit>();
  const heads = new Map<string, string>();
  const deployments = new Map<string, number>();
  const statuses = new Map<string, CommitStatus>();
  const remarks = new Map<string, string[]>();
  const headOf = (repository: string, branch: string) => heads.get(key(repository, branch));
  const pulls = createMemoryPullRequests({ now, headOf });

  function commitAt(revision: string): StoredCommit {
    const commit = commits.get(revision);
    if (commit === undefined) throw new MissingError(`no commit ${revision}`);
    return commit;
  }

  function add(place: Branch, { parents, message, byApp, change }: NewCommit): string {
    const files = new Map(parents[0] === undefined ? [] : commitAt(parents[0]).files);
    change(files);
    const revision = createHash('sha1').update(`${commits.size} ${message}`).digest('hex');
    commits.set(revision, { revision, sequence: commits.size, parents, message, files, at: now(), byApp });
    heads.set(key(place.repository, place.branch), revision);
    pulls.follow(place.repository, place.branch);
    return revision;
  }

  /** A commit and everything before it, newest first. */
  function line(revision: string | undefined): StoredCommit[] {
    const found = new Set<StoredCommit>();
    const open = revision === undefined ? [] : [revision];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const commit = commitAt(next);
      if (!found.has(commit)) open.push(...commit.parents);
      found.add(commit);
    }
    return [...found].sort((one, other) => other.sequence - one.sequence);
  }

  const put = (added: { path: string; content: Uint8Array }[]) => (files: Map<string, Uint8Array>) => {
    for (const { path, content } of added) files.set(path, content);
  };

  function merge(repository: string, number: number, squashedAs?: string): string {
    const { base, head } = pulls.end(repository, number, 'merged');
    const [from, onto] = [commitAt(head), headOf(repository, base)];
    const known = new Set(line(onto));
    const start = line(head).find((commit) => known.has(commit));
    const changed = [...from.files].filter(([path, content]) => !start || start.files.get(path) !== content);
    const parents = [...(onto === undefined ? [] : [onto]), ...(squashedAs === undefined ? [head] : [])];
    const message = squashedAs ?? `Merge pull request #${number}`;
    const change = put(changed.map(([path, content]) => ({ path, content })));
    return add({ repository, branch: base }, { parents, message, byApp: false, change });
  }

  return {
    ...pulls,
    head: async (repository, branch) => headOf(repository, branch),
    async archive(repository, revision, maxBytes) {
      const bytes = await packed(commitAt(revision).files);
      if (bytes.length <= maxBytes) return bytes;
      throw new BadInputError([{ message: `the archive of ${repository} is larger than ${maxBytes} bytes` }]);
    },
    history: async (_repository, revision, count) =>
      line(revision)
        .slice(0, count)
        .map(({ revision, message, at, byApp }) => ({
          revision,
          message,
          at,
          byApp,
          author: byApp ? 'plumbline[bot]' : 'ada',
        })),
    async commit({ expectedHead, message, files, ...place }) {
      if (headOf(place.repository, place.branch) !== expectedHead) return 'stale';
      return add(place, { parents: [expectedHead], message, byApp: true, change: put(files) });
    },
    async replace({ expectedHead, base, message, files, ...place }) {
      if (headOf(place.repository, place.branch) !== expectedHead) return 'stale';
      return add(place, { parents: [base], message, byApp: true, change: put(files) });
    },
    remarks: async (repository, revision) => remarks.get(key(repository, revision)) ?? [],
    async remark(repository, revision, body) {
      remarks.set(key(repository, revision), [...(remarks.get(key(repository, revision)) ?? []), body]);
    },
    status: async (repository, revision, context) => statuses.get(key(repository, `${revision} ${context}`)),
    async setStatus(repository, revision, status) {
      const [...characters] = status.description;
      const description =
        characters.length > maximumDescription
          ? `${characters.slice(0, maximumDescription - 1).join('')}…`
          : status.description;
      statuses.set(key(repository, `${revision} ${status.context}`), { ...status, description });
    },
    async deployment(repository, revision, environment) {
      const place = key(repository, `${revision} ${environment}`);
      const id = deployments.get(place) ?? deployments.size + 1;
      deployments.set(place, id);
      return id;
    },
    async setDeployment() {},
    push(place, files, message = 'A person changed something') {
      const parent = headOf(place.repository, place.branch);
      const change = (all: Map<string, Uint8Array>) => {
        for (const [path, text] of Object.entries(files))
          if (text === null) all.delete(path);
          else all.set(path, new TextEncoder().encode(text));
      };
      return add(place, { parents: parent === undefined ? [] : [parent], message, byApp: false, change });
    },
    merge,
    read(repository, branch, path) {
      const head = headOf(repository, branch);
      const bytes = head === undefined ? undefined : commitAt(head).files.get(path);
      return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    },
    messages: (repository, branch) => line(headOf(repository, branch)).map(({ message }) => message),
  };
}

/** As GitHub packs it: everything in one folder. */
async function packed(files: Files): Promise<Uint8Array> {
  const archive = pack();
  for (const [path, bytes] of files) archive.entry({ name: `folder/${path}` }, Buffer.from(bytes));
  archive.finalize();
  return gzipSync(await buffer(archive));
}
