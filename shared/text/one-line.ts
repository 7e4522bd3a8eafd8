/**
 * Paths, tags, names and values are hostile text. A line break in one must not become a line of a commit message or a comment, and what
 * isn't seen (direction marks, zero-width characters, halves of characters) must not hide or turn round what is: it is shown by its number.
 *
 * @param longest in characters
 */
export function oneLine(text: string, longest = 300): string {
  const characters = [...text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\p{Cf}\p{Cs}\p{Co}]/gu, numbered)];
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`;
}

const numbered = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;
