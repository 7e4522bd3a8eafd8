const firstLine = 'version https://git-lfs.github.com/spec/';

/**
 * Whether a file is only the pointer that Git LFS left in place of its content.
 *
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return bytes.length < 1024 && new TextDecoder('latin1').decode(bytes.subarray(0, firstLine.length)) === firstLine;
}
