import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { defaultTreeLimits } from '../../../shared/tree/limits.ts';
import { readTree } from '../../../shared/tree/read-tree.ts';
import { filesUnder, refusedUnder } from '../../../shared/tree/tree.ts';
import { anArchive, aRepositoryArchive } from '../../support/renderer.ts';

const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const top = 'example-org-example-0123abc';

describe('readTree', () => {
  it("reads the archive that git makes, without GitHub's folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args]);
    git('init', '--quiet');
    writeFileSync(join(folder, 'a.yaml'), 'a: 1\r\n');
    writeFileSync(join(folder, `${'long-'.repeat(30)}.yaml`), 'b: 2\n');
    symlinkSync('a.yaml', join(folder, 'link.yaml'));
    git('add', '.');
    git('commit', '--quiet', '--message', 'A commit');
    const tree = await readTree(git('archive', '--format=tar.gz', `--prefix=${top}/`, 'HEAD'));
    rmSync(folder, { recursive: true });
    expect([...tree.files.keys()].sort()).toEqual(['a.yaml', `${'long-'.repeat(30)}.yaml`]);
    expect(textOf(tree.files.get('a.yaml'))).toBe('a: 1\r\n');
    expect([...tree.refused.keys()]).toEqual(['link.yaml']);
  });

  it('finds the files of a folder, and no others with the same beginning', async () => {
    const tree = await readTree(
      await aRepositoryArchive({ 'app/b.yaml': '', 'app/a/c.yaml': '', 'app-2/d.yaml': '', 'e.yaml': '' }),
    );
    expect(filesUnder(tree, 'app')).toEqual(['app/a/c.yaml', 'app/b.yaml']);
    expect(filesUnder(tree, '.')).toHaveLength(4);
  });

  it('fault 20: keeps the bytes of a file that is no UTF-8', async () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x0d, 0x0a]);
    const tree = await readTree(await aRepositoryArchive({ 'a.bin': bytes }));
    expect(new Uint8Array(tree.files.get('a.bin') ?? [])).toEqual(bytes);
  });

  it('fault 20: a submodule is noticed, and fails what lies in it', async () => {
    const gitmodules = '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://example.com/lib.git\n';
    const tree = await readTree(await aRepositoryArchive({ '.gitmodules': gitmodules, 'app/a.yaml': '' }));
    expect(refusedUnder(tree, 'vendor/lib/app')).toMatchObject([
      { file: 'vendor/lib', message: expect.stringContaining('Git submodule') },
    ]);
    expect(refusedUnder(tree, 'app')).toEqual([]);
  });

  it('fault 20: a file over the limit is left out and named, and the rest is read', async () => {
    const limits = { ...defaultTreeLimits, fileBytes: 1000 };
    const tree = await readTree(await aRepositoryArchive({ 'large.bin': 'x'.repeat(1001), 'a.yaml': 'a' }), limits);
    expect([...tree.files.keys()]).toEqual(['a.yaml']);
    expect(tree.refused.get('large.bin')).toContain('at most');
  });

  it('refuses what is no archive, and one that ends early', async () => {
    const whole = await aRepositoryArchive({ 'a.yaml': 'x'.repeat(10_000) });
    await expect(readTree(new Uint8Array([1, 2, 3]))).rejects.toThrow('archive is damaged');
    await expect(readTree(gzipSync('not a tar'.repeat(200)))).rejects.toThrow('archive is damaged');
    await expect(readTree(whole.subarray(0, whole.length - 20))).rejects.toThrow('archive is damaged');
  });
});

describe('fault 26: an archive bomb', () => {
  it('of zeros is refused by its ratio, long before it is unpacked', async () => {
    const archive = await anArchive([{ name: `${top}/a`, content: new Uint8Array(64 * 1024 * 1024) }]);
    expect(archive.length).toBeLessThan(1024 * 1024);
    const started = performance.now();
    await expect(readTree(archive)).rejects.toThrow('100 times its size');
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('of many bytes is refused by their sum', async () => {
    const limits = { ...defaultTreeLimits, totalBytes: 100_000 };
    const archive = await aRepositoryArchive({ a: 'x'.repeat(60_000), b: 'x'.repeat(60_000) });
    await expect(readTree(archive, limits)).rejects.toThrow('larger than 0.1 MB unpacked');
  });

  it('of many entries is refused by their number', async () => {
    const archive = await anArchive(
      Array.from({ length: 12 }, (_, index) => ({ name: `${top}/${index}`, type: 'directory' as const })),
    );
    await expect(readTree(archive, { ...defaultTreeLimits, entries: 10 })).rejects.toThrow(
      'more than 10 files and folders',
    );
  });

  it('of folders in folders is refused by its depth', async () => {
    const archive = await aRepositoryArchive({ [`${'a/'.repeat(65)}b`]: '' });
    await expect(readTree(archive)).rejects.toThrow('more than 64 folders deep');
  });
});

describe('fault 27: an entry that is no plain file of the repository', () => {
  it.each([{ name: '/etc/passwd' }, { name: `${top}/../../etc/passwd` }, { name: `${top}/a/../../../b` }])(
    'refuses the whole archive for the path $name',
    async ({ name }) => {
      await expect(readTree(await anArchive([{ name, content: 'x' }]))).rejects.toThrow('leaves the repository');
    },
  );

  it.each([
    { type: 'symlink' as const, linkname: '/etc/passwd', said: 'symbolic link' },
    { type: 'link' as const, linkname: `${top}/other`, said: 'hard link' },
    { type: 'character-device' as const, devmajor: 1, devminor: 5, said: 'special file' },
    { type: 'fifo' as const, said: 'special file' },
  ])('sets a $type aside', async ({ said, ...header }) => {
    const tree = await readTree(
      await anArchive([{ name: `${top}/app/x.yaml`, ...header }, { name: `${top}/app/y.yaml` }]),
    );
    expect([...tree.files.keys()]).toEqual(['app/y.yaml']);
    expect(refusedUnder(tree, 'app')).toMatchObject([{ file: 'app/x.yaml', message: expect.stringContaining(said) }]);
    expect(refusedUnder(tree, 'other')).toEqual([]);
  });

  it('sets aside names with a backslash and names that differ only in case', async () => {
    const tree = await readTree(
      await aRepositoryArchive({ 'a\\b.yaml': '', 'app/Web.yaml': '1', 'app/web.yaml': '2' }),
    );
    expect([...tree.files.keys()]).toEqual(['app/Web.yaml']);
    expect(tree.refused.get('a\\b.yaml')).toContain('backslash');
    expect(tree.refused.get('app/web.yaml')).toContain('app/Web.yaml');
  });

  it('sets aside names that differ only in how Unicode writes them', async () => {
    const tree = await readTree(await aRepositoryArchive({ 'app/caf\u00e9.yaml': '1', 'app/cafe\u0301.yaml': '2' }));
    expect([...tree.files.keys()]).toEqual(['app/caf\u00e9.yaml']);
    expect(tree.refused.size).toBe(1);
  });

  it('does not read a NUL as the end of a name that goes on', async () => {
    const archive = await anArchive([{ name: `${top}/a`, pax: { path: `${top}/a\0.yaml` }, content: 'x' }]);
    await expect(readTree(archive)).rejects.toThrow('leaves the repository');
  });
});
