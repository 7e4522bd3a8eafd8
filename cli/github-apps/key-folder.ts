import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BadInputError } from '../../shared/errors.ts';

/** A folder that only this user can read. */
export type KeyFolder = {
  /** As it was asked for. */
  path: string;
  /** Writes a file that only this user can read. @returns its path */
  keep(name: string, content: string): Promise<string>;
};

/** @throws BadInputError if there is one already: what is in it must not be overwritten, nor trusted */
export async function createKeyFolder(path: string): Promise<KeyFolder> {
  try {
    await mkdir(resolve(path), { mode: 0o700 });
  } catch (error) {
    const { code } = error as { code?: string };
    const why = code === 'EEXIST' ? 'exists already' : `can't be created (${code})`;
    throw new BadInputError([{ file: path, message: `${why}; name another folder for the keys with --out` }]);
  }
  return {
    path,
    async keep(name, content) {
      const file = join(path, name);
      await writeFile(file, content, { mode: 0o600, flag: 'wx' });
      return file;
    },
  };
}
