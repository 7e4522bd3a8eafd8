const longestDescription = 140;

/** What GitHub keeps of a status' description. Counts characters, not UTF-16 units, and never cuts one in two. */
export function shortenDescription(text: string): string {
  const characters = [...text];
  if (characters.length <= longestDescription) return text;
  return `${characters.slice(0, longestDescription - 1).join('')}…`;
}
