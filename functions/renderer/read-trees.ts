import { readTree } from '../../shared/tree/read-tree.ts';
import type { Tree } from '../../shared/tree/tree.ts';
import type { Transfer } from './transfer.ts';

/** Reads a tree through a presigned URL. */
export type ReadTreeFrom = (url: string) => Promise<Tree>;

/** GitHub's archive of a repository, compressed. */
const maximumArchiveBytes = 100 * 1024 * 1024;

/**
 * Reads trees and keeps the last one: `source` asks for one application after the other of the same revision, and unpacking a repository
 * of 50 MB takes more than a second. A key's content never changes, and the signature behind it says nothing of that.
 */
export function createReadTree(transfer: Pick<Transfer, 'download'>): ReadTreeFrom {
  let kept: { key: string; tree: Promise<Tree> } | undefined;
  return (url) => {
    const { origin, pathname } = new URL(url);
    const key = `${origin}${pathname}`;
    if (kept?.key === key) return kept.tree;
    // The old one goes first: there is room for one large tree beside what renders.
    const reading = { key, tree: download(url, transfer) };
    kept = reading;
    reading.tree.catch(() => {
      if (kept === reading) kept = undefined;
    });
    return reading.tree;
  };
}

async function download(url: string, transfer: Pick<Transfer, 'download'>): Promise<Tree> {
  return readTree(await transfer.download(url, maximumArchiveBytes, 'repository'));
}
