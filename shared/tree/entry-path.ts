import { BadInputError } from '../errors.ts';
import type { TreeLimits } from './limits.ts';

/**
 * The path of an archive's entry inside the repository: GitHub puts everything into one folder of its own, which is taken off.
 *
 * @returns undefined for that folder itself
 * @throws BadInputError for a name that Git could never have stored: an absolute one, one with `..`, one with a NUL, one too deep
 */
export function entryPath(name: string, { depth }: Pick<TreeLimits, 'depth'>): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || name.includes('\0') || parts.includes('..'))
    throw refusal(name, 'has a name that leaves the repository; the archive was refused');
  if (parts.length - 1 > depth) throw refusal(name, `lies more than ${depth} folders deep; the archive was refused`);
  return parts.length > 1 ? parts.slice(1).join('/') : undefined;
}

function refusal(name: string, message: string): BadInputError {
  return new BadInputError([{ file: printable(name), message }]);
}

/** A hostile name must not reach a terminal or a comment as it is. */
const printable = (name: string) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 200);

/** Why a file can't be taken although its name is one that Git allows. */
export function pathFault(path: string): string | undefined {
  return path.includes('\\') ? 'has a backslash in its name, which some systems read as a folder' : undefined;
}

/** Two names with the same key are one file on macOS and Windows. */
export const foldedPath = (path: string): string => path.normalize('NFC').toLowerCase();
