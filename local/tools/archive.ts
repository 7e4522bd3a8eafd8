import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { extract } from 'tar-stream';
import { SetupError } from './setup-error.ts';

/** The files with these base names, by base name, wherever in a release's archive they lie. */
export type NamedFiles = ReadonlyMap<string, Uint8Array>;

/** @throws SetupError if one of the files is not in the archive. */
export function unpackZip(archive: Uint8Array, names: readonly string[], from: string): NamedFiles {
  const wanted = ({ name }: { name: string }) => !name.endsWith('/') && names.includes(basename(name));
  const files = new Map(
    Object.entries(unzipSync(archive, { filter: wanted })).map(([path, bytes]) => [basename(path), bytes]),
  );
  return complete(files, names, from);
}

/** @throws SetupError if one of the files is not in the archive. */
export async function unpackTarGz(archive: Uint8Array, names: readonly string[], from: string): Promise<NamedFiles> {
  const files = new Map<string, Uint8Array>();
  const entries = extract();
  entries.end(gunzipSync(archive));
  for await (const entry of entries) {
    const name = basename(entry.header.name);
    if (entry.header.type === 'file' && names.includes(name)) files.set(name, await buffer(entry));
    else entry.resume();
  }
  return complete(files, names, from);
}

function complete(files: NamedFiles, names: readonly string[], from: string): NamedFiles {
  const missing = names.filter((name) => !files.has(name));
  if (missing.length > 0) throw new SetupError(`${from} does not contain ${missing.join(', ')}`);
  return files;
}
