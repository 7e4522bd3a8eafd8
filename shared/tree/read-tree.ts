import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract } from 'tar-stream';
import { BadInputError, PlumblineError } from '../errors.ts';
import { entryPath, foldedPath, pathFault } from './entry-path.ts';
import { defaultTreeLimits, inMegabytes, type TreeLimits } from './limits.ts';
import { submodulesOf } from './submodules.ts';
import type { Tree } from './tree.ts';

export type { Tree } from './tree.ts';

/**
 * Unpacks GitHub's archive of a repository into memory: regular files only, without the folder that GitHub puts around them.
 * Links, devices, submodules, files that are too large and names that differ only in case are left out and listed in `refused`,
 * so that they fail only the application that needs them. A bomb, or a name that leaves the archive, refuses the whole.
 *
 * @param archive tar.gz
 * @param limits default: 256 MB unpacked, 100 times the archive's size, 100,000 entries, 64 folders deep, 10 MB a file
 * @param what it is an archive of, for messages
 * @throws BadInputError naming the limit and the entry; it stops reading at once
 * @see https://docs.github.com/en/rest/repos/contents#download-a-repository-archive-tar
 */
export async function readTree(
  archive: Uint8Array,
  limits: TreeLimits = defaultTreeLimits,
  what = 'repository',
): Promise<Tree> {
  const entries = extract();
  const flow = pipeline([archive], createGunzip(), measured(archive.length, limits, what), entries);
  // The pipeline's failure reaches the loop below through the destroyed stream; without this it would also be unhandled.
  flow.catch(() => {});
  try {
    const tree = await gather(entries, limits, what);
    await flow;
    return tree;
  } catch (error) {
    throw error instanceof PlumblineError ? error : unreadable(error, what);
  } finally {
    entries.destroy();
  }
}

/** A header and a stream of the content, after which the next entry comes. */
type Entry = Extract extends AsyncIterable<infer Each> ? Each : never;

/** Lets an archive's content pass until it turns out to be a bomb. */
function measured(archiveBytes: number, { totalBytes, ratio, ratioFromBytes }: TreeLimits, what: string) {
  return async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > totalBytes)
        throw refusal(`the ${what} is larger than ${inMegabytes(totalBytes)} unpacked; keep large files elsewhere`);
      if (bytes > ratioFromBytes && bytes > ratio * archiveBytes)
        throw refusal(`the archive unpacks to more than ${ratio} times its size, as an archive bomb does`);
      yield chunk;
    }
  };
}

type Gathering = { files: Map<string, Uint8Array>; refused: Map<string, string>; names: Map<string, string> };

async function gather(entries: AsyncIterable<Entry>, limits: TreeLimits, what: string): Promise<Tree> {
  const gathering: Gathering = { files: new Map(), refused: new Map(), names: new Map() };
  let count = 0;
  for await (const entry of entries) {
    count += 1;
    if (count > limits.entries) throw tooMany(limits, what);
    const path = entryPath(entry.header.name, limits);
    if (path !== undefined && entry.header.type !== 'directory') await take(entry, path, gathering, limits);
    entry.resume();
  }
  const { files, refused } = gathering;
  for (const [path, fault] of submodulesOf(files)) refused.set(path, fault);
  return { files, refused };
}

async function take(entry: Entry, path: string, { files, refused, names }: Gathering, limits: TreeLimits) {
  const fault = faultOf(entry, path, names, limits);
  if (fault === undefined) files.set(path, await contentOf(entry));
  else refused.set(path, fault);
}

const linkKinds: Record<string, string> = { symlink: 'a symbolic link', link: 'a hard link' };

function faultOf({ header }: Entry, path: string, names: Map<string, string>, limits: TreeLimits): string | undefined {
  const { type, size } = header;
  if (type !== 'file' && type !== 'contiguous-file')
    return `is ${linkKinds[type] ?? 'a special file'}; only regular files are rendered: put the content itself here`;
  if (size > limits.fileBytes)
    return `is ${inMegabytes(size)} large; at most ${inMegabytes(limits.fileBytes)} are read`;
  return pathFault(path) ?? collision(path, names);
}

function collision(path: string, names: Map<string, string>): string | undefined {
  const key = foldedPath(path);
  const other = names.get(key);
  if (other === undefined) names.set(key, path);
  return other === undefined ? undefined : `has the same name as ${other} but for case; rename one of them`;
}

async function contentOf(entry: Entry): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const refusal = (message: string) => new BadInputError([{ message }]);

const tooMany = ({ entries }: TreeLimits, what: string) =>
  refusal(`the ${what} has more than ${entries} files and folders; deploy from a smaller one`);

function unreadable(cause: unknown, what: string): BadInputError {
  return new BadInputError([{ message: `the ${what}'s archive is damaged: it is no whole tar.gz` }], { cause });
}
