import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Document, isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import { findImages } from '../../../../shared/images/edit/find-images.ts';
import { pinImages } from '../../../../shared/images/edit/pin-images.ts';
import { formatPin, type Pin } from '../../../../shared/images/reference.ts';
import { digestOf, repository } from '../versions.ts';
import { tracking } from './tracking.ts';

const web = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web';
const pins = new Map<string, Pin>(
  [
    { repository, tag: '1.1.0', digest: digestOf('1.1.0') },
    { repository: web, tag: 'v2.0.0-rc.1', digest: digestOf('2') },
  ].map((pin) => [pin.repository, pin]),
);

function edit(text: string, file = 'app/deployment.yaml') {
  const { images, problems } = findImages(file, text, tracking(pins.keys()));
  const changes = images.map((image) => ({ image, pin: pins.get(image.current.repository) as Pin }));
  return { text: pinImages(text, changes), images, problems };
}

/** A piece of a file: text that must stay, or a value that must become what `after` says. */
type Piece = string | { before: string; after: string };
const originalOf = (pieces: Piece[]) =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : piece.before)).join('');
const expectedOf = (pieces: Piece[]) =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : piece.after)).join('');

const quote = fc.constantFrom('', '"', "'");
const blanks = fc.constantFrom(' ', '  ', '     ');
const comment = fc.constantFrom('', ' # a comment', `   # image: ${repository}:0.0.1`, ' # ä€😀', '   ');
const tag = fc.constantFrom('', ':1.0.0', ':latest', `:1.0.0@${digestOf('1.0.0')}`, `@${digestOf('x')}`);

const reference = fc.record({
  name: fc.constantFrom(repository, web, `${repository}-next`, 'nginx'),
  tag,
  quote,
  blanks,
  comment,
});

const container = reference.map(({ name, tag, quote, blanks, comment }): Piece[] => {
  const pin = pins.get(name);
  const value = `${name}${tag}`;
  return [`image:${blanks}${quote}`, { before: value, after: pin ? formatPin(pin) : value }, `${quote}${comment}`];
});

const workload = fc.record({
  kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet'),
  name: fc.constantFrom('web', '"web"', 'web # named'),
  list: fc.constantFrom('containers', 'initContainers'),
  nested: fc.constantFrom('', '  ', '    '),
  containers: fc.array(container, { minLength: 1, maxLength: 4 }),
});

const document = workload.map(({ kind, name, list, nested, containers }): Piece[] => [
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      ${list}:\n`,
  ...containers.flatMap((pieces, index): Piece[] => [
    `      ${nested}- name: c${index}\n        ${nested}`,
    ...pieces,
    '\n',
  ]),
]);

const file = fc
  .record({
    documents: fc.array(document, { minLength: 1, maxLength: 3 }),
    bom: fc.constantFrom('', '\uFEFF'),
    lineBreak: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ documents, bom, lineBreak }): Piece[] => {
    const broken = (text: string) => text.replaceAll('\n', lineBreak);
    const pieces = documents.flatMap((pieces): Piece[] => ['---\n', ...pieces]);
    return [bom, ...pieces.map((piece) => (typeof piece === 'string' ? broken(piece) : piece))];
  });

/** Every `image` of a text, as a YAML reader sees it. */
function imagesOf(text: string): unknown[] {
  const images: unknown[] = [];
  for (const document of parseAllDocuments(text)) {
    if (!isMap(document.contents) && !isSeq(document.contents)) continue;
    visit(document.contents, {
      Pair: (_key, { key, value }) => {
        if (isScalar(key) && key.value === 'image' && isScalar(value)) images.push(value.value);
      },
    });
  }
  return images;
}

describe('pinImages', () => {
  test('fault 21: only the bytes of tracked values change, whatever the file looks like', () => {
    fc.assert(
      fc.property(file, (pieces) => {
        expect(edit(originalOf(pieces)).text).toBe(expectedOf(pieces));
      }),
      { numRuns: 500 },
    );
  });

  test('fault 21: what was written is what a YAML reader finds', () => {
    fc.assert(
      fc.property(file, (pieces) => {
        const old = imagesOf(originalOf(pieces)) as string[];
        const expected = old.map((image) => {
          const pin = [...pins.values()].find(({ repository }) => image.replace(/[:@].*$/, '') === repository);
          return pin ? formatPin(pin) : image;
        });
        expect(imagesOf(edit(originalOf(pieces)).text)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('fault 17: two images of one file are changed in one go', () => {
    const text = `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: ${repository}:1.0.0\n  - image: ${web}:1.0.0\n`;
    expect(imagesOf(edit(text).text)).toEqual([...pins.values()].map(formatPin));
  });

  test.each(['1.2', '1e3', '0777', '12_30', 'yes', 'null', '2024-01-02', '1.2.3', 'v1', 'main-3f2a'])(
    'the tag %s stays a string in a kustomization',
    (tag) => {
      const text = `images:\n- name: ${repository}\n  newTag: 1.0.0\n`;
      const { images } = edit(text, 'kustomization.yaml');
      const edited = pinImages(
        text,
        images.map((image) => ({ image, pin: { repository, tag, digest: digestOf(tag) } })),
      );
      const [document] = parseAllDocuments(edited, { version: '1.1' }) as Document.Parsed[];
      expect(document?.toJS()).toEqual({ images: [{ name: repository, newTag: tag, digest: digestOf(tag) }] });
    },
  );
});

describe('findImages', () => {
  test('tells file, line, object and what stands there', () => {
    const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: example}\nspec:\n  template:\n    spec:\n      containers:\n      - image: ${repository}:1.0.0\n`;
    expect(edit(text).images).toMatchObject([
      {
        file: 'app/deployment.yaml',
        line: 8,
        object: 'Deployment example/web',
        current: { repository, tag: '1.0.0' },
      },
    ]);
  });

  test('does not parse a file that mentions no tracked image, be it broken or not', () => {
    expect(edit('{{ broken: [')).toMatchObject({ images: [], problems: [] });
  });

  test('names the repositories for which a kustomization decides', () => {
    const text = `images:\n- name: ${repository}\n  newName: mirror.example/app\n- name: x\n  newName: ${web}\n`;
    const found = findImages('kustomization.yaml', text, tracking(pins.keys()));
    expect(found).toMatchObject({ overrides: [repository], images: [{ current: { repository: web } }], problems: [] });
  });

  test.each([
    ['nesting without end', `a: ${'['.repeat(100_000)}${repository}`],
    ['nested lists', `kind: List\nitems: ${'[{kind: List, items: '.repeat(500)}[]${'}]'.repeat(500)} # ${repository}`],
    ['an alias to its own list', `kind: List\nitems:\n- &a\n  kind: List\n  items: [*a]\n# ${repository}\n`],
    ['a file of more than 5 MB', `# ${repository}\n${'# x\n'.repeat(1_300_000)}`],
  ])('survives %s', (_name, text) => {
    const began = performance.now();
    expect(edit(text).text).toBe(text);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
