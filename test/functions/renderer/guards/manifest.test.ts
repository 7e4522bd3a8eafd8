import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { splitDocuments } from '../../../../functions/renderer/documents.ts';
import { inspectYaml } from '../../../../functions/renderer/guards/inspect-yaml.ts';
import { isRefused, readManifest } from '../../../../functions/renderer/guards/manifest.ts';
import { scanSimpleYaml } from '../../../../functions/renderer/guards/simple-yaml.ts';
import { substituteYaml } from '../../../../functions/renderer/variables/substitute-yaml.ts';
import { createSubstitution } from '../../../../functions/renderer/variables/substitution.ts';
import { createSources } from '../../../../functions/renderer/variables/template-sources.ts';
import { parseYamlFile } from '../../../../functions/renderer/yaml-file.ts';
import { aTree } from '../../../support/examples.ts';

function refusal(content: string | Uint8Array): { line?: number | undefined; message: string } | undefined {
  const manifest = readManifest(aTree({ 'app/x.yaml': content }), 'app/x.yaml');
  return isRefused(manifest) ? manifest.problem : undefined;
}

/** Nine lists of nine aliases to the one before: 9^9 texts. */
const billionLaughs = [
  'a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]',
  ...[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
].join('\n');

describe('fault 28: a manifest that would harm its reader', () => {
  it.each([
    { what: 'an alias bomb', content: billionLaughs, line: 6, said: 'expand to more than 1 MB' },
    {
      what: 'an alias bomb of mappings',
      content: billionLaughs.replaceAll(',', ', ').replaceAll(/^(\w): &\w \[/gm, '$1: &$1 [ '),
      line: 6,
      said: 'expand',
    },
    { what: 'an alias in its own anchor', content: 'a: 1\nb: &b\n  - *b\n', line: 3, said: 'alias whose anchor' },
    { what: '10,000 brackets', content: `a: 1\nb: ${'['.repeat(10_000)}`, line: 2, said: 'more than 200 levels' },
    { what: '10,000 braces', content: '{"a":'.repeat(10_000), line: 1, said: 'more than 200 levels' },
    { what: '10,000 dashes', content: `---\na: 1\n---\n${'- '.repeat(10_000)}`, line: 4, said: 'more than 200 levels' },
    { what: '10,000 question marks', content: '? '.repeat(10_000), line: 1, said: 'more than 200 levels' },
    {
      what: '1,000 levels by indentation',
      content: Array.from({ length: 1000 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
      line: 200,
      said: 'more than 200 levels',
    },
    { what: '50 MB', content: Buffer.alloc(50 * 1024 * 1024, 'a: b\n'), line: 1, said: '50 MB large; at most 10 MB' },
  ])('is refused in under a second with its line: $what', ({ content, line, said }) => {
    const started = performance.now();
    expect(refusal(content)).toMatchObject({ file: 'app/x.yaml', line, message: expect.stringContaining(said) });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('lets pass what people write: some anchors, a deep schema, a large file', () => {
    const anchored = 'base: &base\n  a: 1\nb:\n  <<: *base\nc:\n  <<: *base\n';
    const schema = `${'{"properties":{"spec":'.repeat(60)}{}${'}}'.repeat(60)}`;
    expect([anchored, schema, `a: "${'x'.repeat(5_000_000)}"`].map(refusal)).toEqual([undefined, undefined, undefined]);
  });
});

describe('fault 20: a manifest whose content is not there', () => {
  it('is named when it is a Git LFS pointer', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`;
    expect(refusal(pointer)?.message).toContain('Git LFS pointer');
  });

  it('is named when it is not UTF-8', () => {
    expect(refusal(new Uint8Array([0x61, 0x3a, 0x20, 0xff]))?.message).toContain('not UTF-8');
    expect(refusal(Buffer.from('\ufeffa: 1', 'utf16le'))?.message).toContain('not UTF-8');
  });
});

describe('any text', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      ': ',
      '- ',
      '\n',
      '\n  ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '&a ',
      '*a',
      '!!str ',
      '!x ',
      '%',
      '|',
      '>',
    ],
    ...[
      '#',
      ' ',
      '? ',
      '<<',
      '---\n',
      '...\n',
      '${a}',
      '$$',
      '\t',
      '\\',
      '@',
      '`',
      '\u00e9',
      '\r\n',
      '-',
      'kind: List\n',
      '\ufeff',
    ],
  );

  it('is looked at, whatever it is, without a crash', () => {
    const substitute = createSubstitution(new Map([['a', '1']]));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        if (inspectYaml(text).fault !== undefined) return;
        const yaml = parseYamlFile('x', text);
        if (!('problem' in yaml)) yaml.lineOf(['a', 0]);
        for (const document of splitDocuments('x', text)) substituteYaml(document, substitute);
        createSources({ file: 'x', manifests: new Map([['x', text]]), contents: new Map() });
      }),
      { numRuns: 5000, examples: [[['{', '%', ': ', 'a', '}']], [['<<', ': ', 'a']]] },
    );
  });
});

describe('keys that stand twice', () => {
  it.each([
    { text: 'a: 1\nb:\n  c: 1\n  c: 2\n', lines: [4] },
    { text: 'a: 1\n"a": 2\n', lines: [2] },
    { text: 'items:\n- a: 1\n  b: 2\n- a: 1\n  b: 3\n', lines: [] },
    { text: 'items:\n- a: 1\n  b: 2\n  a: 3\n', lines: [4] },
    { text: 'a: |\n  b: 1\n  b: 2\nc: 1\n', lines: [] },
    { text: 'a: {b: 1, c: {b: 2}, "b": 3}\n', lines: [1] },
    { text: '{\n\t"a": 1,\n\t"a": 2\n}\n', lines: [3] },
    { text: 'x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n', lines: [] },
    { text: 'a: 1\n---\na: 1\n---\nb: 1\nb: 2\n', lines: [6] },
    { text: 'a: "one\n  a: two"\nb: 1\nb: 2', lines: [4] },
  ])('are found at their lines: $text', ({ text, lines }) => {
    expect(inspectYaml(text).duplicates.map(({ line }) => line)).toEqual(lines);
  });

  it('are found alike by the quick scan and by the parser', () => {
    const key = fc.constantFrom('a', 'b', 'name', 'app.kubernetes.io/name', 'x-y');
    const scalar = fc.oneof(
      fc.string(),
      fc.constantFrom('no', 'a: b', '- x', '#', 'x #y', 'a\nb: c\n', '1e3', ''),
      fc.integer(),
      fc.boolean(),
    );
    const { value } = fc.letrec((again) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(again('value'), { maxLength: 3 }),
        fc.dictionary(key, again('value'), { maxKeys: 3 }),
      ),
    }));
    let quick = 0;
    fc.assert(
      fc.property(fc.dictionary(key, value, { minKeys: 1 }), fc.nat(), (object, seed) => {
        const lines = stringify(object).trimEnd().split('\n');
        const text = [...lines, lines[seed % lines.length]].join('\n');
        const simple = scanSimpleYaml(text);
        const { errors } = parseDocument(`${text}\n`, { uniqueKeys: false, version: '1.1' });
        if (simple === undefined || errors.length > 0) return;
        quick += 1;
        // A mapping in braces makes the parser look at the same text.
        const parsed = inspectYaml(`${text}\nlast: { }\n`);
        expect(simple.map(({ line }) => line)).toEqual(parsed.duplicates.map(({ line }) => line));
      }),
      { numRuns: 1000 },
    );
    expect(quick).toBeGreaterThan(100);
  });
});
