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
      expect(await git.writer.history(git.repository, second)).toEqual([
        { revision: second, message },
        { revision: first, message: 'First' },
      ]);
      expect(await git.writer.history(git.repository, first)).toHaveLength(1);
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
