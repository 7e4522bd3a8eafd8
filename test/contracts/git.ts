import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BadInputError } from '../../shared/errors.ts';
import type { GitReader, GitReporter, GitWriter } from '../../shared/git/ports.ts';
import { readTree } from '../../shared/tree/read-tree.ts';

export type GitUnderTest = {
  reader: GitReader;
  writer: GitWriter;
  reporter: GitReporter;
  /** A repository that nothing was pushed to yet. */
  repository: string;
  /** A person's commit on a branch, which is made if there is none. Returns its SHA. */
  push(branch: string, files: Record<string, string>, message: string): Promise<string>;
  mergePullRequest(number: number): Promise<unknown>;
  closePullRequest(number: number): Promise<unknown>;
};

const megabyte = 1024 * 1024;
const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

/** What every Git must do for its three users. `create` gives an empty repository each time. */
export function gitContract(name: string, create: () => Promise<GitUnderTest>): void {
  const filesAt = async ({ reader, repository }: GitUnderTest, revision: string) =>
    (await readTree(await reader.archive(repository, revision, megabyte))).files;

  describe(`Git to read: ${name}`, () => {
    it('fault 16: has no head in an empty repository, nor on a branch that is not there', async () => {
      const git = await create();
      expect(await git.reader.head(git.repository, 'staging')).toBeUndefined();
      await git.push('staging', { 'a.yaml': 'a' }, 'First');
      expect(await git.reader.head(git.repository, 'production')).toBeUndefined();
      expect(await git.reader.head(git.repository, 'stag')).toBeUndefined();
    });

    it("gives each branch's head", async () => {
      const git = await create();
      const first = await git.push('main', { 'a.yaml': 'a' }, 'First');
      const second = await git.push('team/a#b', { 'b.yaml': 'b' }, 'Second');
      expect(await git.reader.head(git.repository, 'main')).toBe(first);
      expect(await git.reader.head(git.repository, 'team/a#b')).toBe(second);
    });

    it('gives the files of a revision, byte for byte, also when the branch has moved on', async () => {
      const git = await create();
      const content = '\uFEFFa: ä # x\r\n';
      const revision = await git.push('main', { 'apps/web/a.yaml': content, 'b.json': '{}' }, 'First');
      await git.push('main', { 'apps/web/a.yaml': 'changed' }, 'Second');
      const files = await filesAt(git, revision);
      expect([...files.keys()].sort()).toEqual(['apps/web/a.yaml', 'b.json']);
      expect(Buffer.from(files.get('apps/web/a.yaml') as Uint8Array)).toEqual(Buffer.from(content));
    });

    it('fault 20: refuses an archive that is larger than allowed', async () => {
      const git = await create();
      const revision = await git.push('main', { 'large.txt': randomBytes(50_000).toString('hex') }, 'First');
      await expect(git.reader.archive(git.repository, revision, 10_000)).rejects.toThrow(BadInputError);
      await expect(git.reader.archive(git.repository, revision, 10_000)).rejects.toThrow('larger than');
    });
  });

  describe(`Git to write: ${name}`, () => {
    it('makes one commit on top of the head, of the files that are named', async () => {
      const git = await create();
      const first = await git.push('main', { 'a.yaml': 'a', 'b.yaml': 'b', 'c.yaml': 'c' }, 'First');
      const files = [
        { path: 'a.yaml', content: bytes('\uFEFFä\r\n') },
        { path: 'new/d.yaml', content: bytes('d') },
      ];
      const change = {
        repository: git.repository,
        branch: 'main',
        expectedHead: first,
        message: 'Subject\n\nBody',
        files,
      };
      const revision = await git.writer.commit(change);
      expect(await git.reader.head(git.repository, 'main')).toBe(revision);
      const after = await filesAt(git, revision);
      expect(Buffer.from(after.get('a.yaml') as Uint8Array)).toEqual(Buffer.from('\uFEFFä\r\n'));
      expect([text(after.get('b.yaml')), text(after.get('c.yaml')), text(after.get('new/d.yaml'))]).toEqual([
        'b',
        'c',
        'd',
      ]);
    });

    it('tells the history, newest first, with whole messages', async () => {
      const git = await create();
      const first = await git.push('main', { 'a.yaml': 'a' }, 'First');
      const message = 'Second\n\nWhy it is so.\n\nPlumbline-Environment: staging\nPlumbline-Image: a:1';
      const files = [{ path: 'a.yaml', content: bytes('b') }];
      const second = await git.writer.commit({
        repository: git.repository,
        branch: 'main',
        expectedHead: first,
        message,
        files,
      });
      const history = await git.writer.history(git.repository, second, 100);
      expect(history).toMatchObject([
        { revision: second, message, byApp: true, author: expect.any(String) },
        { revision: first, message: 'First', byApp: false, author: expect.any(String) },
      ]);
      for (const { at } of history) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
      expect(await git.writer.history(git.repository, first, 100)).toHaveLength(1);
    });

    it('tells a longer history than one page has, and not more than was asked for', async () => {
      const git = await create();
      let head = '';
      for (let index = 0; index < 130; index += 1) head = await git.push('main', { 'a.yaml': `${index}` }, `${index}`);
      const subjects = async (count: number) =>
        (await git.writer.history(git.repository, head, count)).map(({ message }) => Number(message));
      expect(await subjects(100)).toEqual(Array.from({ length: 100 }, (_, index) => 129 - index));
      expect(await subjects(300)).toEqual(Array.from({ length: 130 }, (_, index) => 129 - index));
    });

    it('remarks on a commit', async () => {
      const git = await create();
      const first = await git.push('main', { 'a.yaml': 'a' }, 'First');
      const second = await git.push('main', { 'a.yaml': 'b' }, 'Second');
      await git.writer.remark(git.repository, first, 'Held');
      await git.writer.remark(git.repository, first, 'Still held');
      expect(await git.writer.remarks(git.repository, first)).toEqual(['Held', 'Still held']);
      expect(await git.writer.remarks(git.repository, second)).toEqual([]);
    });

    it('fault 12: changes nothing when the branch has moved', async () => {
      const git = await create();
      const first = await git.push('main', { 'a.yaml': 'a' }, 'First');
      const second = await git.push('main', { 'b.yaml': 'b' }, 'Second');
      const files = [{ path: 'a.yaml', content: bytes('lost') }];
      const change = { repository: git.repository, branch: 'main', expectedHead: first, message: 'Third', files };
      expect(await git.writer.commit(change)).toBe('stale');
      expect(await git.reader.head(git.repository, 'main')).toBe(second);
    });

    it('fault 12: of two commits on the same head, one wins', async () => {
      const git = await create();
      const expectedHead = await git.push('main', { 'a.yaml': 'a' }, 'First');
      const commit = (path: string) =>
        git.writer.commit({
          repository: git.repository,
          branch: 'main',
          expectedHead,
          message: `Change ${path}`,
          files: [{ path, content: bytes('x') }],
        });
      const results = await Promise.all([commit('b.yaml'), commit('c.yaml')]);
      expect(results.filter((result) => result === 'stale')).toHaveLength(1);
      expect(results).toContain(await git.reader.head(git.repository, 'main'));
    });
  });

  describe(`Git to propose to: ${name}`, () => {
    const start = async () => {
      const git = await create();
      const base = await git.push('main', { 'a.yaml': 'a', 'b.yaml': 'b' }, 'First');
      const propose = (content: string, expectedHead?: string, onto = base) =>
        git.writer.replace({
          repository: git.repository,
          branch: 'plumbline/main',
          expectedHead,
          base: onto,
          message: `Change to ${content}`,
          files: [{ path: 'a.yaml', content: bytes(content) }],
        });
      const subjects = async (revision: string) =>
        (await git.writer.history(git.repository, revision, 100)).map(({ message }) => message);
      return { git, base, propose, subjects };
    };
    const aRequest = { branch: 'plumbline/main', base: 'main', title: 'A title', body: 'A body' };

    it('puts a branch at one commit on top of another branch, and later at another one', async () => {
      const { git, propose, subjects } = await start();
      const first = await propose('\uFEFFä\r\n');
      expect(await git.reader.head(git.repository, 'plumbline/main')).toBe(first);
      const files = await filesAt(git, first);
      expect(Buffer.from(files.get('a.yaml') as Uint8Array)).toEqual(Buffer.from('\uFEFFä\r\n'));
      expect(text(files.get('b.yaml'))).toBe('b');
      const moved = await git.push('main', { 'b.yaml': 'moved' }, 'Second');
      const second = await propose('c', first, moved);
      expect(await subjects(second)).toEqual(['Change to c', 'Second', 'First']);
      expect((await git.writer.history(git.repository, second, 100))[0]).toMatchObject({ byApp: true });
      expect(text((await filesAt(git, second)).get('b.yaml'))).toBe('moved');
      expect(await git.reader.head(git.repository, 'main')).toBe(moved);
    });

    it('fault 12: loses nothing that somebody else put on the branch', async () => {
      const { git, propose } = await start();
      const ours = await propose('b');
      const theirs = await git.push('plumbline/main', { 'b.yaml': 'by a person' }, 'A person');
      expect(await propose('c', ours)).toBe('stale');
      expect(await propose('c')).toBe('stale');
      expect(await git.reader.head(git.repository, 'plumbline/main')).toBe(theirs);
    });

    it('opens one pull request, which follows its branch until it is closed', async () => {
      const { git, propose } = await start();
      const { writer, repository } = git;
      expect(await writer.pullRequests(repository, 'plumbline/main')).toEqual([]);
      const head = await propose('b');
      const number = await writer.openPullRequest({ repository, ...aRequest });
      expect(await writer.openPullRequest({ repository, ...aRequest })).toBe('stale');
      const opened = { number, state: 'open', title: 'A title', body: 'A body', head };
      expect(await writer.pullRequests(repository, 'plumbline/main')).toEqual([opened]);
      expect(await writer.pullRequests(repository, 'plumbline')).toEqual([]);
      const moved = await propose('c', head);
      await writer.changePullRequest(repository, Number(number), { title: 'Another', body: '', state: 'open' });
      expect(await writer.pullRequests(repository, 'plumbline/main')).toEqual([
        { ...opened, title: 'Another', body: '', head: moved },
      ]);
      await writer.changePullRequest(repository, Number(number), { title: 'Done', body: '', state: 'closed' });
      expect(await writer.pullRequests(repository, 'plumbline/main')).toEqual([
        { ...opened, title: 'Done', body: '', head: moved, state: 'closed', endedAt: expect.any(Date) },
      ]);
    });

    it('remarks on one, open or closed, and on its commit apart from it', async () => {
      const { git, propose } = await start();
      const { writer, repository } = git;
      const head = await propose('b');
      const about = `#${await writer.openPullRequest({ repository, ...aRequest })}`;
      await writer.remark(repository, about, 'Proposed');
      await git.closePullRequest(Number(about.slice(1)));
      await writer.remark(repository, about, 'Held');
      expect(await writer.remarks(repository, about)).toEqual(['Proposed', 'Held']);
      expect(await writer.remarks(repository, head)).toEqual([]);
    });

    it('tells merged ones from closed ones, newest first', async () => {
      const { git, propose } = await start();
      const { writer, repository } = git;
      const first = await propose('b');
      const one = Number(await writer.openPullRequest({ repository, ...aRequest }));
      await git.mergePullRequest(one);
      await propose('c', first, await git.reader.head(repository, 'main'));
      const other = Number(await writer.openPullRequest({ repository, ...aRequest }));
      await git.closePullRequest(other);
      const pulls = await writer.pullRequests(repository, 'plumbline/main');
      expect(pulls.map(({ number, state }) => ({ number, state }))).toEqual([
        { number: other, state: 'closed' },
        { number: one, state: 'merged' },
      ]);
      expect(pulls[1]).toMatchObject({ head: first, endedAt: expect.any(Date) });
      expect(text((await filesAt(git, (await git.reader.head(repository, 'main')) ?? '')).get('a.yaml'))).toBe('b');
    });
  });

  describe(`Git to report to: ${name}`, () => {
    it('gives back the newest status of a context', async () => {
      const git = await create();
      const revision = await git.push('main', { 'a.yaml': 'a' }, 'First');
      const status = { context: 'plumbline/staging', state: 'pending', description: 'Rendering' } as const;
      expect(await git.reporter.status(git.repository, revision, status.context)).toBeUndefined();
      await git.reporter.setStatus(git.repository, revision, status);
      await git.reporter.setStatus(git.repository, revision, {
        ...status,
        context: 'plumbline/production',
        state: 'error',
      });
      expect(await git.reporter.status(git.repository, revision, status.context)).toEqual(status);
      const success = { ...status, state: 'success', description: '', targetUrl: 'https://example.com/a' } as const;
      await git.reporter.setStatus(git.repository, revision, success);
      expect(await git.reporter.status(git.repository, revision, status.context)).toEqual(success);
    });

    it('cuts a description to 140 characters', async () => {
      const git = await create();
      const revision = await git.push('main', { 'a.yaml': 'a' }, 'First');
      const written = async (description: string) => {
        const status = { context: 'plumbline/staging', state: 'failure', description } as const;
        await git.reporter.setStatus(git.repository, revision, status);
        return (await git.reporter.status(git.repository, revision, status.context))?.description;
      };
      expect(await written('ä'.repeat(140))).toBe('ä'.repeat(140));
      expect(await written('ä'.repeat(141))).toBe(`${'ä'.repeat(139)}…`);
    });
  });
}
