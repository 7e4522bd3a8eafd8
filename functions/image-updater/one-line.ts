/** Paths, tags and ranges are hostile text: a line break in one must not become a line of a commit message. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);
