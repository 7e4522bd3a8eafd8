import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expand } from '../../../shared/variables/expand.ts';

const values = {
  name: 'web',
  empty: '',
  path: '/path/to/file.tar.gz',
  host: 'a.example.com',
  upper: 'ABC',
  n: '3',
  dollar: 'a$b',
  other: '${name}',
  umlaut: 'grün',
};
const variables = new Map(Object.entries(values));

function outcome(text: string): string | symbol {
  const expansion = expand(text, variables);
  if ('text' in expansion) return expansion.text;
  return /has no value/.test(expansion.faults[0]?.message ?? '') ? missing : unknown;
}

const missing = Symbol('a variable has no value');
const unknown = Symbol('no form of a variable');

/** What github.com/fluxcd/pkg/envsubst v1.9.0 answers, strict, to the same texts and values. */
const answers: [text: string, answer: string | symbol][] = [
  ['text', 'text'],
  ['}text', '}text'],
  ['a $name b', 'a $name b'],
  ['$', '$'],
  ['$$', '$'],
  ['$$name', '$name'],
  ['$${name}', '${name}'],
  ['$$$${name}', '$${name}'],
  ['$$${name}', '$web'],
  ['\\\\server\\share', '\\\\server\\share'],
  ['${name}', 'web'],
  ['a-${name}-b', 'a-web-b'],
  ['${name}${n}', 'web3'],
  ['${empty}', ''],
  ['${other}', '${name}'],
  ['${dollar}', 'a$b'],
  ['${none:=x}', 'x'],
  ['${none:-x}', 'x'],
  ['${none=x}', 'x'],
  ['${none:?x}', 'x'],
  ['${none:+x}', 'x'],
  ['${name:=x}', 'web'],
  ['${name:-x}', 'web'],
  ['${name=x}', 'web'],
  ['${name:?x}', 'web'],
  ['${name:+x}', 'web'],
  ['${empty:=x}', 'x'],
  ['${empty=x}', 'x'],
  ['${none:=}', ''],
  ['${none:-${name}}', 'web'],
  ['${none:-a${name}b}', 'awebb'],
  ['${none:-$$}', '$$'],
  ['${none:-a b: {c}}', 'a b: {c}'],
  ['${path#*/}', 'path/to/file.tar.gz'],
  ['${path##*/}', 'file.tar.gz'],
  ['${path%.*}', '/path/to/file.tar'],
  ['${path%%.*}', '/path/to/file'],
  ['${path#/path}', '/to/file.tar.gz'],
  ['${path#nothing}', '/path/to/file.tar.gz'],
  ['${path#/p?th}', '/to/file.tar.gz'],
  ['${path##/[a-p]*/}', 'file.tar.gz'],
  ['${path%[!x]}', '/path/to/file.tar.gz'],
  ['${host#*.}', 'example.com'],
  ['${path#[}', '/path/to/file.tar.gz'],
  ['${name^}', 'Web'],
  ['${name^^}', 'WEB'],
  ['${upper,}', 'aBC'],
  ['${upper,,}', 'abc'],
  ['${umlaut^^}', 'GRÜN'],
  ['${name:1}', 'eb'],
  ['${name:0:2}', 'we'],
  ['${name:1:1}', 'e'],
  ['${name: -1}', 'web'],
  ['${name:-1}', 'web'],
  ['${path:6:2}', 'to'],
  ['${path:0:-3}', '/path/to/file.tar'],
  ['${name:9}', ''],
  ['${name:x}', 'web'],
  ['${name:0:99}', 'web'],
  ['${umlaut:0:2}', 'gr'],
  ['${name:${n}}', ''],
  ['${host/./-}', 'a-example.com'],
  ['${host//./-}', 'a-example-com'],
  ['${host//./}', 'aexamplecom'],
  ['${host/#a/b}', 'b.example.com'],
  ['${host/%com/org}', 'a.example.org'],
  ['${host/x/y}', 'a.eyample.com'],
  ['${path/\\//-}', '-path/to/file.tar.gz'],
  ['${path//\\//-}', '-path-to-file.tar.gz'],
  ['${host//./${n}}', 'a3example3com'],
  ['${host/#a/}', 'a.example.com'],
  ['${#name}', '3'],
  ['${#empty}', '0'],
  ['${#umlaut}', '5'],
  ['${none}', missing],
  ['${none^}', missing],
  ['${none,,}', missing],
  ['${none:0:1}', missing],
  ['${none/a/b}', missing],
  ['${none#a}', missing],
  ['${none%a}', missing],
  ['${#none}', missing],
  ['${none:-${gone}}', missing],
  ['${', unknown],
  ['${name', unknown],
  ['${}', unknown],
  ['${ name}', unknown],
  ['${name }', unknown],
  ['${name[0]}', unknown],
  ['${!name}', unknown],
  ['${-x}', unknown],
  ['${name@Q}', unknown],
  ['${name:}', unknown],
  ['${name/a}', unknown],
  ['${name#}', unknown],
  ['${a.b}', unknown],
  ['${a b}', unknown],
  ['${name^x}', unknown],
  ['${1}', missing],
];

describe('a text with variables', () => {
  it.each(answers)('becomes what Flux makes of it: %s', (text, answer) => {
    expect(outcome(text)).toBe(answer);
  });

  it.each([
    ['${none-x}', 'x'],
    ['${empty-x}', ''],
    ['${name-x}', 'web'],
  ])('may give a default as shells do, which Flux does not know: %s', (text, answer) => {
    expect(outcome(text)).toBe(answer);
  });

  it('names every expression that has no value, as it is written, and what to do', () => {
    const expansion = expand('${a} ${name} ${b:1}', variables);
    expect(expansion).toEqual({
      faults: [
        {
          source: '${a}',
          message:
            'the variable "a" has no value: declare it under "variables" in environment.yaml or in a ConfigMap that is named there, write ${a:=default}, or $${…} where it is no variable',
        },
        { source: '${b:1}', message: expect.stringContaining('the variable "b" has no value') },
      ],
    });
  });

  it('says whether it was nothing but variables', () => {
    const isWhole = (text: string) => {
      const expansion = expand(text, variables);
      return 'text' in expansion && expansion.isWhole;
    };
    expect(['${n}', '${n}${n}', '1${n}', '$$', 'n'].map(isWhole)).toEqual([true, true, false, false, false]);
  });

  it('never looks into a value, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const expansion = expand('<${v}>', new Map([['v', value]]));
        expect(expansion).toEqual({ text: `<${value}>`, isWhole: false });
      }),
    );
  });

  it('comes back as it was when every dollar sign in it was doubled', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', ' ') }), (text) => {
        expect(expand(text.replaceAll('$', '$$$$'), variables)).toEqual({ text, isWhole: text === '' });
      }),
    );
  });
});

describe('a text that would harm', () => {
  const long = 'a'.repeat(100_000);
  it.each([
    { what: 'a value that multiplies', text: `\${v//a/${'b'.repeat(1000)}}` },
    { what: 'a pattern that takes long', text: `\${v%%${'*a'.repeat(1000)}b}` },
    { what: 'expressions within expressions', text: '${v:-'.repeat(10_000) },
  ])('is refused at once: $what', ({ text }) => {
    const started = performance.now();
    expect(expand(text, new Map([['v', long]]))).toHaveProperty('faults');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('does not take longer where a pattern has many stars', () => {
    const started = performance.now();
    expect(expand(`\${v##${'*a'.repeat(200)}}`, new Map([['v', 'a'.repeat(10_000)]]))).toEqual({
      text: '',
      isWhole: true,
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
