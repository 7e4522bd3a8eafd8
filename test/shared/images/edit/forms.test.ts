import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findInFiles } from '../../../../shared/images/edit/find-in-files.ts';
import { isChange, pinImages } from '../../../../shared/images/edit/pin-images.ts';
import type { Tracked } from '../../../../shared/images/edit/tracked.ts';
import { formatPin, type Pin } from '../../../../shared/images/reference.ts';
import { digestOf, repository } from '../versions.ts';
import { tracking } from './tracking.ts';

const pinOf = (tag: string): Pin => ({ repository, tag, digest: digestOf(tag) });
/** What OCI allows as a tag, also what YAML would take for a number, a date or a boolean. */
const tags = fc.oneof(
  fc.constantFrom('1.1', '0777', '1e3', 'yes', 'null', '2026-01-02', '0x1f', '1_000', '12'),
  fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
);

function edit(files: Record<string, string>, pin: Pin, more: Partial<Tracked> = {}, path = '.') {
  const bytes = new Map(Object.entries(files).map(([file, text]) => [file, Buffer.from(text)]));
  const founds = findInFiles(bytes, { path, others: [], tracked: tracking([repository], more) });
  const edited = founds.map(({ file, text, images }) => {
    const changes = images.map((image) => ({ image, pin }));
    return [file, pinImages(text, changes)] as const;
  });
  const changes = founds.flatMap(({ text, images }) => images.filter((image) => isChange(text, { image, pin })));
  return { files: { ...files, ...Object.fromEntries(edited) }, changes: changes.length };
}

const layout = fc.record({
  quote: fc.constantFrom('', '"', "'"),
  blanks: fc.constantFrom(' ', '   '),
  lineBreak: fc.constantFrom('\n', '\r\n'),
  ending: fc.constantFrom('', '\n', '\n# the end\n'),
  bom: fc.constantFrom('', '\uFEFF'),
});

const broken = (text: string, lineBreak: string) => text.replaceAll('\n', lineBreak);

describe('fault 21: whatever the tag and the layout, only values change, and they are read as strings', () => {
  const markers = new Map([['flux-system:app', repository]]);

  test('behind markers', () => {
    fc.assert(
      fc.property(tags, layout, fc.constantFrom('# plumbline: ', '# {"$imagepolicy": "'), (tag, form, mark) => {
        const { quote, blanks, lineBreak, ending, bom } = form;
        const end = mark.includes('{') ? '"}' : '';
        const behind = (part: string) => `${quote}${blanks}${mark}flux-system:app${part}${end}`;
        const text = (version: string, digest: string, full: string) =>
          bom +
          broken(
            `a:${blanks}1.0\nparts:\n  v:${blanks}${quote}${version}${behind(':tag')}\n  d: ${quote}${digest}${behind(':digest')}\nfull: ${quote}${full}${behind('')}\n${ending}`,
            lineBreak,
          );
        const original = text('old', digestOf('old'), `${repository}:old`);
        const pin = pinOf(tag);
        const edited = edit({ 'x.yaml': original }, pin, { markers }).files['x.yaml'] as string;
        expect(parse(edited)).toEqual({ a: 1, parts: { v: tag, d: pin.digest }, full: formatPin(pin) });
        const written = quote === '' && edited.includes(`"${tag}"`) ? `"${tag}"` : tag;
        expect(edited).toBe(text(written, pin.digest, formatPin(pin)));
        expect(edit({ 'x.yaml': edited }, pin, { markers })).toEqual({ files: { 'x.yaml': edited }, changes: 0 });
      }),
      { numRuns: 300 },
    );
  });

  test('in Helm values, with and without the fields', () => {
    const values = [{ file: 'values.yaml', path: 'web.image', repository }];
    fc.assert(
      fc.property(
        tags,
        layout,
        fc.boolean(),
        fc.boolean(),
        (tag, { quote, lineBreak, ending, bom }, hasTag, hasDigest) => {
          const fields = `${hasTag ? `    tag: ${quote}old${quote} # kept\n` : ''}${hasDigest ? `    digest: ""\n` : ''}`;
          const original =
            bom +
            broken(`web:\n  image:\n    repository: ${repository}\n${fields}    pull: Always\n${ending}`, lineBreak);
          const pin = pinOf(tag);
          const { files } = edit({ 'values.yaml': original }, pin, { values });
          const edited = files['values.yaml'] as string;
          expect(parse(edited)).toEqual({ web: { image: { ...pin, pull: 'Always' } } });
          const removed = edited.split(/\r?\n/).filter((line) => !/^ {4}(tag|digest): /.test(line));
          expect(removed).toEqual(original.split(/\r?\n/).filter((line) => !/^ {4}(tag|digest): /.test(line)));
          expect(edit(files, pin, { values })).toEqual({ files, changes: 0 });
        },
      ),
      { numRuns: 300 },
    );
  });

  test('in an entry that a kustomization gets', () => {
    const starts = fc.constantFrom('', '---\n', '# first\n---\n');
    const entries = fc.constantFrom(
      '',
      'images:\n- name: nginx\n  newTag: "1"\n',
      'images:\n  -   name: nginx # kept\n',
    );
    fc.assert(
      fc.property(tags, layout, starts, entries, (tag, { lineBreak, ending, bom }, start, images) => {
        const original = bom + broken(`${start}resources: [../base]\n${images}namePrefix: x-${ending}`, lineBreak);
        const base = `kind: Pod\napiVersion: v1\nspec: {containers: [{image: ${repository}:old}]}\n`;
        const pin = pinOf(tag);
        const { files } = edit(
          {
            'e/kustomization.yaml': original,
            'base/pod.yaml': base,
            'base/kustomization.yaml': 'resources: [pod.yaml]',
          },
          pin,
          {},
          'e',
        );
        const edited = files['e/kustomization.yaml'] as string;
        const before = (parse(original) as { images?: unknown[] }).images ?? [];
        expect(parse(edited)).toEqual({
          ...parse(original),
          images: [...before, { name: repository, newTag: tag, digest: pin.digest }],
        });
        expect(files['base/pod.yaml']).toBe(base);
        expect(edit(files, pin, {}, 'e')).toEqual({ files, changes: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

test('a chain of a thousand kustomizations, and a circle, come to an end', () => {
  const chain = Array.from({ length: 1000 }, (_, index) => [
    `base/${index}/kustomization.yaml`,
    `resources: [../${index + 1}, ../0]`,
  ]);
  const files = { ...Object.fromEntries(chain), 'e/kustomization.yaml': 'resources: [../base/0]' };
  expect(edit(files, pinOf('1'), {}, 'e')).toEqual({ files, changes: 0 });
});

test.each(['resources: [../base]\n---\nx: 1\n', 'resources: [../base]\n...\n'])('no entry is added to %j', (text) => {
  const base = `kind: Pod\napiVersion: v1\nspec: {containers: [{image: ${repository}:old}]}\n`;
  const files = {
    'e/kustomization.yaml': text,
    'base/pod.yaml': base,
    'base/kustomization.yaml': 'resources: [pod.yaml]',
  };
  expect(edit(files, pinOf('1'), {}, 'e')).toEqual({ files, changes: 0 });
});
