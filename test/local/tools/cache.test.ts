import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { cached, cacheFolder, findCached } from '../../../local/tools/cache.ts';
import { temporaryFolder } from './temporary.ts';

describe('the cache folder', () => {
  it('is where XDG_CACHE_HOME says', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/caches' }, 'darwin')).toBe('/var/caches/plumbline');
  });

  it.each([
    ['linux', '.cache/plumbline'],
    ['darwin', 'Library/Caches/plumbline'],
  ])('has its place on %s', (platform, path) => {
    expect(cacheFolder({}, platform)).toBe(join(homedir(), path));
  });

  it('ignores a relative XDG_CACHE_HOME, as the specification says', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: 'caches' }, 'linux')).toBe(join(homedir(), '.cache/plumbline'));
  });
});

describe('an entry of the cache', () => {
  const fillWith = (content: string) => (folder: string) => writeFile(join(folder, 'file'), content);

  it('is made once', async () => {
    const entry = { kind: 'things', key: 'v1', env: { XDG_CACHE_HOME: await temporaryFolder() } };
    const first = await cached(entry, fillWith('first'));
    const second = await cached(entry, fillWith('second'));
    expect(second).toBe(first);
    expect(await readFile(join(second, 'file'), 'utf8')).toBe('first');
  });

  it('is another one under another key', async () => {
    const env = { XDG_CACHE_HOME: await temporaryFolder() };
    await cached({ kind: 'things', key: 'v1', env }, fillWith('one'));
    const folder = await cached({ kind: 'things', key: 'v2', env }, fillWith('two'));
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('two');
  });

  it('leaves nothing behind when making it fails', async () => {
    const home = await temporaryFolder();
    const entry = { kind: 'things', key: 'v1', env: { XDG_CACHE_HOME: home } };
    const failing = cached(entry, async (folder) => {
      await fillWith('half')(folder);
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await findCached(entry)).toBeUndefined();
    expect(await readdir(join(home, 'plumbline/things'))).toEqual([]);
  });

  it('is not seen before it is whole', async () => {
    const entry = { kind: 'things', key: 'v1', env: { XDG_CACHE_HOME: await temporaryFolder() } };
    await cached(entry, async (folder) => {
      await fillWith('half')(folder);
      expect(await findCached(entry)).toBeUndefined();
    });
    expect(await findCached(entry)).toBeDefined();
  });

  it('leaves nothing behind when the process that makes it is killed', async () => {
    const home = await temporaryFolder();
    const script = join(home, 'owner.mts');
    await writeFile(
      script,
      `import { cached } from '${fileURLToPath(new URL('../../../local/tools/cache.ts', import.meta.url))}';
       await cached({ kind: 'things', key: 'v1', env: { XDG_CACHE_HOME: '${home}' } }, async () => {
         console.log('filling');
         await new Promise((resolve) => setTimeout(resolve, 600_000));
       });`,
    );
    const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(owner.stdout, 'data');
    expect(await readdir(join(home, 'plumbline/things'))).toHaveLength(1);
    owner.kill('SIGKILL');
    await vi.waitFor(async () => expect(await readdir(join(home, 'plumbline/things'))).toEqual([]), {
      timeout: 20_000,
    });
  });

  it('may be made by two at once', async () => {
    const home = await temporaryFolder();
    const entry = { kind: 'things', key: 'v1', env: { XDG_CACHE_HOME: home } };
    const both = Promise.withResolvers<void>();
    let filling = 0;
    const fill = async (folder: string) => {
      await fillWith('same')(folder);
      filling += 1;
      if (filling === 2) both.resolve();
      await both.promise;
    };
    const [first, second] = await Promise.all([cached(entry, fill), cached(entry, fill)]);
    expect(second).toBe(first);
    expect(await readdir(join(home, 'plumbline/things'))).toEqual(['v1']);
  });
});
