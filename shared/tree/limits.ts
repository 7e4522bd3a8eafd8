/** How large a repository's archive may be. All sizes in bytes. */
export type TreeLimits = {
  /** Of all files together, unpacked. */
  totalBytes: number;
  /** How many times larger than the archive its content may be, once it is over `ratioFromBytes`. Text rarely shrinks by more than 50. */
  ratio: number;
  ratioFromBytes: number;
  /** Files, folders and links. */
  entries: number;
  /** Folders in folders. */
  depth: number;
  /** A larger file is left out and named; it fails only the application that needs it. */
  fileBytes: number;
};

const megabyte = 1024 * 1024;

export const defaultTreeLimits: TreeLimits = {
  totalBytes: 256 * megabyte,
  ratio: 100,
  ratioFromBytes: 16 * megabyte,
  entries: 100_000,
  depth: 64,
  fileBytes: 10 * megabyte,
};

/** A chart is smaller than a repository; Helm itself takes no more. */
export const chartLimits: TreeLimits = { ...defaultTreeLimits, totalBytes: 100 * megabyte, entries: 10_000 };

/** `10 MB`, for messages. */
export const inMegabytes = (bytes: number): string => `${Number((bytes / megabyte).toFixed(1))} MB`;
