/** One piece of a shell pattern: any text, or one character that passes. */
type Token = 'any' | ((character: string) => boolean);

/**
 * The lengths, in characters and ascending, of the beginnings of `characters` that a pattern of `*`, `?` and `[…]` matches as a whole;
 * the empty beginning is left out. One pass, whatever the pattern.
 *
 * @returns none for a pattern that is malformed
 * @see https://pkg.go.dev/path#Match
 */
export function matchingBeginnings(pattern: string, characters: readonly string[]): number[] {
  const tokens = parsePattern([...pattern]);
  if (tokens === undefined) return [];
  const lengths: number[] = [];
  let states = closure(new Set([0]), tokens);
  for (const [index, character] of characters.entries()) {
    states = closure(step(states, character, tokens), tokens);
    if (states.size === 0) break;
    if (states.has(tokens.length)) lengths.push(index + 1);
  }
  return lengths;
}

/** What a pattern of this length would cost on a text of that. */
export const matchingCost = (pattern: string, text: string): number => pattern.length * text.length;

/** A star may stand for nothing. */
function closure(states: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const state of states) if (tokens[state] === 'any') states.add(state + 1);
  return states;
}

function step(states: ReadonlySet<number>, character: string, tokens: readonly Token[]): Set<number> {
  const next = new Set<number>();
  for (const state of states) {
    const token = tokens[state];
    if (token === 'any') next.add(state);
    else if (token?.(character)) next.add(state + 1);
  }
  return next;
}

function parsePattern(characters: readonly string[]): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; ) {
    const read = readToken(characters, at);
    if (read === undefined) return undefined;
    tokens.push(read.token);
    at = read.next;
  }
  return tokens;
}

type Read<Value> = (Value & { next: number }) | undefined;

function readToken(characters: readonly string[], at: number): Read<{ token: Token }> {
  const character = characters[at] ?? '';
  if (character === '*') return { token: 'any', next: at + 1 };
  if (character === '?') return { token: () => true, next: at + 1 };
  if (character === '[') return readSet(characters, at + 1);
  if (character !== '\\') return { token: (other) => other === character, next: at + 1 };
  const escaped = characters[at + 1];
  return escaped === undefined ? undefined : { token: (other) => other === escaped, next: at + 2 };
}

type Range = { from: string; to: string };

function readSet(characters: readonly string[], start: number): Read<{ token: Token }> {
  const isNegated = characters[start] === '^';
  const ranges: Range[] = [];
  let at = start + (isNegated ? 1 : 0);
  while (characters[at] !== ']' || ranges.length === 0) {
    const range = readRange(characters, at);
    if (range === undefined) return undefined;
    ranges.push(range);
    at = range.next;
  }
  const isIn = (character: string) => ranges.some(({ from, to }) => from <= character && character <= to);
  return { token: (character) => isIn(character) !== isNegated, next: at + 1 };
}

function readRange(characters: readonly string[], at: number): Read<Range> {
  const from = readMember(characters, at);
  if (from === undefined) return undefined;
  if (characters[from.next] !== '-') return { from: from.member, to: from.member, next: from.next };
  const to = readMember(characters, from.next + 1);
  return to && { from: from.member, to: to.member, next: to.next };
}

/** A member of a set; something must follow it, since the set has an end. */
function readMember(characters: readonly string[], at: number): Read<{ member: string }> {
  const character = characters[at];
  if (character === undefined || character === '-' || character === ']') return undefined;
  const next = character === '\\' ? at + 2 : at + 1;
  const member = characters[next - 1];
  return member === undefined || next >= characters.length ? undefined : { member, next };
}
