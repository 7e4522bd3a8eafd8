import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { BadInputError, MissingError } from '../../shared/errors.ts';
import type { CommitStatus, GitReporter, GitWriter } from '../../shared/git/ports.ts';

type Files = ReadonlyMap<string, Uint8Array>;
type StoredCommit = { revision: string; parent: string | undefined; message: string; files: Files };

export type MemoryGit = GitWriter &
  GitReporter & {
    /** A person's commit on a branch, which is made if there is none; `null` deletes a file. Returns its SHA. */
    push(
      branch: { repository: string; branch: string },
      files: Record<string, string | null>,
      message?: string,
    ): string;
    /** A file at a branch's head, as text. */
    read(repository: string, branch: string, path: string): string | undefined;
    /** Messages of a branch, newest first. */
    messages(repository: string, branch: string): string[];
  };

const maximumDescription = 140;

/** The Git of tests: the same contract as GitHub's (`test/contracts/git.ts`). */
export function createMemoryGit(): MemoryGit {
  const commits = new Map<string, StoredCommit>();
  const heads = new Map<string, string>();
  const statuses = new Map<string, CommitStatus>();
  const key = (repository: string, name: string) => `${repository} ${name}`;
  const commitAt = (revision: string): StoredCommit => {
    const commit = commits.get(revision);
    if (commit === undefined) throw new MissingError(`no commit ${revision}`);
    return commit;
  };

  function add(
    place: { repository: string; branch: string },
    message: string,
    change: (files: Map<string, Uint8Array>) => void,
  ) {
    const parent = heads.get(key(place.repository, place.branch));
    const files = new Map(parent === undefined ? [] : commitAt(parent).files);
    change(files);
    const revision = createHash('sha1').update(`${commits.size} ${message}`).digest('hex');
    commits.set(revision, { revision, parent, message, files });
    heads.set(key(place.repository, place.branch), revision);
    return revision;
  }

  function line(revision: string | undefined): StoredCommit[] {
    const commit = revision === undefined ? undefined : commitAt(revision);
    return commit === undefined ? [] : [commit, ...line(commit.parent)];
  }

  return {
    head: async (repository, branch) => heads.get(key(repository, branch)),
    async archive(repository, revision, maxBytes) {
      const bytes = await packed(commitAt(revision).files);
      if (bytes.length <= maxBytes) return bytes;
      throw new BadInputError([{ message: `the archive of ${repository} is larger than ${maxBytes} bytes` }]);
    },
    history: async (_repository, revision) =>
      line(revision)
        .slice(0, 100)
        .map(({ revision, message }) => ({ revision, message })),
    async commit({ repository, branch, expectedHead, message, files }) {
      if (heads.get(key(repository, branch)) !== expectedHead) return 'stale';
      return add({ repository, branch }, message, (all) => {
        for (const { path, content } of files) all.set(path, content);
      });
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
    push: (place, files, message = 'A person changed something') =>
      add(place, message, (all) => {
        for (const [path, text] of Object.entries(files))
          if (text === null) all.delete(path);
          else all.set(path, new TextEncoder().encode(text));
      }),
    read(repository, branch, path) {
      const head = heads.get(key(repository, branch));
      const bytes = head === undefined ? undefined : commitAt(head).files.get(path);
      return bytes && new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    },
    messages: (repository, branch) => line(heads.get(key(repository, branch))).map(({ message }) => message),
  };
}

/** As GitHub packs it: everything in one folder. */
async function packed(files: Files): Promise<Uint8Array> {
  const archive = pack();
  for (const [path, bytes] of files) archive.entry({ name: `folder/${path}` }, Buffer.from(bytes));
  archive.finalize();
  return gzipSync(await buffer(archive));
}
