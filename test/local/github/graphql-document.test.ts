import { expect, test } from 'vitest';
import { evaluate, parseDocument } from '../../../local/github/graphql-document.ts';

test('operations, aliases, arguments, variables and selections are read', () => {
  const { type, fields } = parseDocument(`
    # a comment
    mutation Pin($input: Input!, $many: [String!]! = ["a"]) {
      made: create(input: $input, list: [1, -2.5, true, null], deep: { kind: BLOB, text: "a\\"b\\n" }) { id }
      other
    }`);

  expect(type).toBe('mutation');
  expect(fields.map(({ alias, name, line }) => [alias, name, line])).toEqual([
    ['made', 'create', 4],
    ['other', 'other', 5],
  ]);
  const values = evaluate({ kind: 'object', fields: fields[0]?.arguments ?? {} }, { input: { x: 1 } });
  expect(values).toEqual({ input: { x: 1 }, list: [1, -2.5, true, null], deep: { kind: 'BLOB', text: 'a"b\n' } });
  expect(fields[0]?.fields.map(({ name }) => name)).toEqual(['id']);
});

test.for([
  ['{ a ', /Parse error on "" at \[1, 5\]/],
  ['{ a(b: ) }', /Parse error on "\)" at \[1, 8\]/],
  ['{ a } trailing', /Parse error on "trailing"/],
  ['{ ...Fragment }', /Parse error on "\.\.\."/],
  ['{ a @skip(if: true) }', /Parse error on "@"/],
  ['fragment F on T { a }', /Parse error on "fragment"/],
  ['{ a(b: "open) }', /unexpected character/],
] as const)('%s is refused with its place', ([document, words]) => {
  expect(() => parseDocument(document)).toThrow(words);
});
