export type Fitted = { shown: string[]; rest: string[] };

/** As many blocks, from the first on, as fit into so many bytes, with a blank line between two. */
export function fitBlocks(blocks: readonly string[], bytes: number): Fitted {
  let left = bytes;
  const count = blocks.findIndex((block) => {
    left -= Buffer.byteLength(block) + 2;
    return left < 0;
  });
  const end = count === -1 ? blocks.length : count;
  return { shown: blocks.slice(0, end), rest: blocks.slice(end) };
}
