import { describe, expect, it } from 'vitest';
import { createReadTree } from '../../../functions/renderer/read-trees.ts';
import { TryAgainError } from '../../../shared/errors.ts';
import { aRepositoryArchive } from '../../support/renderer.ts';

const archive = await aRepositoryArchive({ 'a.yaml': 'a: 1' });

function aReader() {
  const asked: string[] = [];
  let fails = false;
  const download = async (url: string) => {
    asked.push(url);
    if (fails) throw new TryAgainError('the repository could not be transferred');
    return archive;
  };
  return { asked, readTree: createReadTree({ download }), failNow: (value: boolean) => (fails = value) };
}

const url = (revision: string, signature = 'x') =>
  `https://example.s3.amazonaws.com/trees/staging/${revision}.tar.gz?X-Amz-Signature=${signature}`;

describe('the trees of a renderer that goes on', () => {
  it('are unpacked once while the revision stays, whatever the signature', async () => {
    const { asked, readTree } = aReader();
    const [one, other] = await Promise.all([readTree(url('1', 'a')), readTree(url('1', 'b'))]);
    expect(other).toBe(one);
    expect([...one.files.keys()]).toEqual(['a.yaml']);
    expect(asked).toHaveLength(1);
  });

  it('are not kept beside each other', async () => {
    const { asked, readTree } = aReader();
    for (const revision of ['1', '2', '1']) await readTree(url(revision));
    expect(asked).toHaveLength(3);
  });

  it('are asked for again after one could not be had', async () => {
    const { asked, readTree, failNow } = aReader();
    failNow(true);
    await expect(readTree(url('1'))).rejects.toBeInstanceOf(TryAgainError);
    failNow(false);
    expect((await readTree(url('1'))).files.size).toBe(1);
    expect(asked).toHaveLength(2);
  });
});
