/** One `${…}`. `words` are what stands behind the operator; each may hold expressions itself. */
export type Expression = {
  name: string;
  operator: string;
  words: readonly Part[];
  /** As it is written, for messages. */
  source: string;
};

export type Part = string | Expression;

/** Why a text is no template, and which piece of it is to blame. */
export type TemplateFault = { fault: string; source: string };

/** Expressions within expressions: more is a mistake or an attack on the stack. */
const maximumDepth = 20;

class UnknownForm extends Error {}

type Cursor = { text: string; at: number; depth: number };

/**
 * Takes a text apart into plain pieces and expressions, as Flux does: `$$` is a dollar sign, and a lone `$` or `$name` is only text.
 *
 * @see https://github.com/fluxcd/pkg/tree/envsubst/v1.9.0/envsubst
 */
export function parseTemplate(text: string): Part[] | TemplateFault {
  const cursor: Cursor = { text, at: 0, depth: 0 };
  const parts: Part[] = [];
  let start = 0;
  try {
    while (cursor.at < text.length) {
      start = cursor.at;
      parts.push(isExpression(cursor) ? readExpression(cursor) : readText(cursor, { escaped: ['$$'] }));
    }
    return parts;
  } catch (error) {
    if (error instanceof UnknownForm) return { fault: error.message, source: text.slice(start, start + 60) };
    throw error;
  }
}

/** Whether a text would become another one. */
export const isTemplate = (text: string): boolean => text.includes('${') || text.includes('$$');

const isExpression = ({ text, at }: Cursor) => text.startsWith('${', at);

type Reading = { escaped?: readonly string[]; stopAt?: string };

/** Up to an expression, a character of `stopAt`, or the end. Of an escaped pair the second character is taken. */
function readText(cursor: Cursor, { escaped = [], stopAt = '' }: Reading): string {
  let read = '';
  while (cursor.at < cursor.text.length && !isExpression(cursor)) {
    const pair = cursor.text.slice(cursor.at, cursor.at + 2);
    const isPair = escaped.includes(pair);
    if (!isPair && stopAt.includes(pair.charAt(0))) break;
    read += isPair ? pair.charAt(1) : pair.charAt(0);
    cursor.at += isPair ? 2 : 1;
  }
  return read;
}

function readExpression(cursor: Cursor): Expression {
  const start = cursor.at;
  cursor.at += 2;
  cursor.depth += 1;
  if (cursor.depth > maximumDepth) throw new UnknownForm('holds expressions too deep within each other');
  const read =
    take(cursor, /#?/y) === '#' ? { operator: 'length', name: readName(cursor), words: [] } : readRest(cursor);
  expect(cursor, '}');
  cursor.depth -= 1;
  return { ...read, source: cursor.text.slice(start, cursor.at) };
}

const operators = /:[-=?+]|:|=|-|\/[/#%]?|##?|%%?|[,^]{1,2}|/y;

function readRest(cursor: Cursor): Omit<Expression, 'source'> {
  const name = readName(cursor);
  const operator = take(cursor, operators);
  return { name, operator, words: readWords(operator, cursor) };
}

function readWords(operator: string, cursor: Cursor): Part[] {
  if (operator === '' || /^[,^]/.test(operator)) return [];
  if (operator.startsWith('/')) return readReplacement(cursor);
  if (operator === ':') return readRange(cursor);
  if (/^[#%]/.test(operator)) return [readWord(cursor, { stopAt: '}' })];
  const words: Part[] = [];
  while (cursor.text[cursor.at] !== '}') words.push(readWord(cursor, { stopAt: '}' }));
  return words;
}

/** `:offset` or `:offset:length`. */
function readRange(cursor: Cursor): Part[] {
  const offset = readWord(cursor, { stopAt: ':}' });
  return take(cursor, /:*/y) === '' ? [offset] : [offset, readWord(cursor, { stopAt: '}' })];
}

/** `/what/with`, where `with` may be left out. */
function readReplacement(cursor: Cursor): Part[] {
  const escaped = ['$$', '\\/', '\\\\'];
  const what = readWord(cursor, { escaped, stopAt: '/' });
  expect(cursor, '/');
  take(cursor, /\/*/y);
  return cursor.text[cursor.at] === '}' ? [what] : [what, readWord(cursor, { escaped, stopAt: '}' })];
}

/** One expression, or a piece of text, which is never empty. */
function readWord(cursor: Cursor, reading: Reading): Part {
  if (isExpression(cursor)) return readExpression(cursor);
  const text = readText(cursor, reading);
  if (text === '') throw new UnknownForm(unknownForm);
  return text;
}

function readName(cursor: Cursor): string {
  const name = take(cursor, /[\p{L}\p{Nd}_]*/uy);
  if (name === '') throw new UnknownForm(unknownForm);
  return name;
}

/** What a sticky pattern finds here, which may be nothing. */
function take(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0] ?? '';
  cursor.at += found.length;
  return found;
}

function expect(cursor: Cursor, character: string): void {
  if (cursor.text[cursor.at] !== character) throw new UnknownForm(unknownForm);
  cursor.at += 1;
}

const unknownForm =
  'is no form of a variable that is known: write ${NAME} or ${NAME:=default}, or $${…} where it is no variable';
