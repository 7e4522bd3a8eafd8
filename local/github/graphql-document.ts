/** A value in a document; a variable stands for what the request gives. */
export type Value =
  | { kind: 'variable'; name: string }
  | { kind: 'constant'; value: string | number | boolean | null }
  | { kind: 'enum'; name: string }
  | { kind: 'list'; values: Value[] }
  | { kind: 'object'; fields: Record<string, Value> };

export type Field = {
  name: string;
  alias: string;
  arguments: Record<string, Value>;
  fields: Field[];
  line: number;
  column: number;
};
export type Operation = { type: 'query' | 'mutation' | 'subscription'; fields: Field[] };

/** A document that GraphQL, or this part of it, doesn't allow. */
export class GraphqlSyntaxError extends Error {}

type Token = { text: string; line: number; column: number };

const tokenPattern =
  /(?:[\s,\uFEFF]|#[^\n]*)*(\.\.\.|[!$():=@[\]{}|&]|"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[_A-Za-z]\w*|$)/y;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(tokenPattern);
  for (;;) {
    const match = pattern.exec(source);
    if (match === null) throw new GraphqlSyntaxError('Parse error: unexpected character');
    const text = match[1] ?? '';
    const before = source.slice(0, pattern.lastIndex - text.length).split('\n');
    tokens.push({ text, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
    if (text === '') return tokens;
  }
}

/**
 * Reads a document of one operation: fields with aliases, arguments and selections. Fragments and directives are
 * refused by name, as nothing here asks for them.
 *
 * @throws GraphqlSyntaxError with line and column
 * @see https://spec.graphql.org/October2021/#sec-Document
 */
export function parseDocument(source: string): Operation {
  const tokens = tokenize(source);
  let at = 0;
  const peek = () => tokens[at] ?? { text: '', line: 0, column: 0 };

  function next(): Token {
    const token = peek();
    at += 1;
    return token;
  }

  function fail({ text, line, column }: Token): never {
    throw new GraphqlSyntaxError(`Parse error on ${JSON.stringify(text)} at [${line}, ${column}]`);
  }

  function expect(text: string): void {
    const token = next();
    if (token.text !== text) fail(token);
  }

  function accept(text: string): boolean {
    if (peek().text !== text) return false;
    at += 1;
    return true;
  }

  function name(): Token {
    const token = next();
    return /^[_A-Za-z]\w*$/.test(token.text) ? token : fail(token);
  }

  function until<Item>(end: string, item: () => Item): Item[] {
    const items: Item[] = [];
    while (!accept(end)) items.push(item());
    return items;
  }

  function entry(): [string, Value] {
    const key = name().text;
    expect(':');
    return [key, value()];
  }

  function value(): Value {
    const token = next();
    if (token.text === '$') return { kind: 'variable', name: name().text };
    if (token.text === '[') return { kind: 'list', values: until(']', value) };
    if (token.text === '{') return { kind: 'object', fields: Object.fromEntries(until('}', entry)) };
    return scalar(token);
  }

  function scalar(token: Token): Value {
    const { text } = token;
    if (text.startsWith('"""')) return { kind: 'constant', value: text.slice(3, -3) };
    if (/^["\d-]/.test(text)) return { kind: 'constant', value: JSON.parse(text) as string | number };
    if (['true', 'false', 'null'].includes(text))
      return { kind: 'constant', value: JSON.parse(text) as boolean | null };
    return /^[_A-Za-z]/.test(text) ? { kind: 'enum', name: text } : fail(token);
  }

  function field(): Field {
    const first = name();
    const real = accept(':') ? name() : first;
    const given = accept('(') ? until(')', entry) : [];
    const fields = accept('{') ? until('}', field) : [];
    const { line, column } = first;
    return { name: real.text, alias: first.text, arguments: Object.fromEntries(given), fields, line, column };
  }

  function type(): void {
    if (accept('[')) {
      type();
      expect(']');
    } else name();
    accept('!');
  }

  function variable(): void {
    expect('$');
    name();
    expect(':');
    type();
    if (accept('=')) value();
  }

  function operation(): Operation {
    if (accept('{')) return { type: 'query', fields: until('}', field) };
    const keyword = next();
    if (!['query', 'mutation', 'subscription'].includes(keyword.text)) fail(keyword);
    if (/^\w/.test(peek().text)) name();
    if (accept('(')) until(')', variable);
    expect('{');
    return { type: keyword.text as Operation['type'], fields: until('}', field) };
  }

  const result = operation();
  if (peek().text !== '') fail(peek());
  return result;
}

/** What a value means with the request's variables. */
export function evaluate(value: Value, variables: Record<string, unknown>): unknown {
  switch (value.kind) {
    case 'variable':
      return variables[value.name];
    case 'constant':
      return value.value;
    case 'enum':
      return value.name;
    case 'list':
      return value.values.map((item) => evaluate(item, variables));
    case 'object':
      return Object.fromEntries(Object.entries(value.fields).map(([name, item]) => [name, evaluate(item, variables)]));
  }
}
