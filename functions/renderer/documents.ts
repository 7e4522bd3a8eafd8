/** One document of a file of manifests, with its place. */
export type ManifestDocument = {
  file: string;
  /** The line of `text`'s first line in the file, from 1. */
  startLine: number;
  /** The line of its first content, which people look for. */
  line: number;
  text: string;
  /** The text is what `file`, a template, was rendered to: lines are not the file's. */
  isOutput?: boolean;
};

const separator = /^---[^\S\n]*(#[^\n]*)?$/;
/** A line may end with a carriage return, which `.` would not match. */
const nothing = /^\s*(#[^\n]*)?$/;

/**
 * Splits a file where Kubernetes' tools do: at every line that holds `---`, perhaps with a comment, and nothing else.
 * Documents without content are left out.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/v0.36.3/pkg/util/yaml/decoder.go
 */
export function splitDocuments(file: string, content: string): ManifestDocument[] {
  const lines = content.split('\n');
  const starts = [0, ...lines.flatMap((line, index) => (isSeparator(line) ? [index + 1] : []))];
  return starts.flatMap((start, index) => {
    const end = index + 1 < starts.length ? (starts[index + 1] ?? 0) - 1 : lines.length;
    const first = lines.slice(start, end).findIndex((line) => !nothing.test(line));
    if (first < 0) return [];
    // Without its line feed, the last carriage return would be read as a part of a value.
    const text = lines.slice(start, end).join('\n').replace(/\r$/, '');
    return [{ file, startLine: start + 1, line: start + first + 1, text }];
  });
}

const isSeparator = (line: string) => line.startsWith('---') && separator.test(line);

/**
 * The line (in the file) of what stands after YAML's end mark `...` in a document. Go's tools read nothing behind it and don't say so.
 */
export function lineAfterEnd({ text, startLine }: ManifestDocument): number | undefined {
  if (!/^\.\.\.\s*$/m.test(text)) return undefined;
  const lines = text.split('\n');
  const end = lines.findIndex((line) => /^\.\.\.\s*$/.test(line));
  const after = lines.findIndex((line, index) => index > end && !nothing.test(line) && !/^\.\.\.\s*$/.test(line));
  return after < 0 ? undefined : startLine + after;
}
