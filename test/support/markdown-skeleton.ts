/**
 * What of a Markdown text is not shown as it is: fenced blocks, code spans and HTML code are replaced by their marks, as CommonMark finds
 * them, and their content counted for nothing. Two texts with the same skeleton have the same structure, whatever stands in them.
 *
 * @see https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 * @see https://spec.commonmark.org/0.31.2/#code-spans
 */
export function skeletonOf(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split(/\r\n|\n|\r/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence === undefined) {
      const opens = mark !== null && !(mark[1]?.startsWith('`') && mark[2]?.includes('`'));
      if (opens) fence = mark[1];
      lines.push(opens ? `FENCE ${mark[2]}` : withoutCode(line));
    } else if (mark !== null && mark[2]?.trim() === '' && mark[1]?.startsWith(fence)) {
      lines.push('END');
      fence = undefined;
    }
  }
  if (fence !== undefined) lines.push('NEVER ENDED');
  return lines.join('\n');
}

/** Code spans end at a run of as many backticks as began them; HTML code holds no tag, and every `&` is an entity. */
function withoutCode(line: string): string {
  const spans = line.replace(/(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g, 'CODE');
  return spans.replace(/<code>((?:[^<>&`"']|&(?:amp|lt|gt|quot|#39|#96);)*)<\/code>/g, 'HTMLCODE');
}
