import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findInFiles } from '../../../../shared/images/edit/find-in-files.ts';
import { pinImages } from '../../../../shared/images/edit/pin-images.ts';
import { formatPin } from '../../../../shared/images/reference.ts';
import { describeProblem } from '../../../../shared/problem.ts';
import { rendered } from '../../../support/renderer.ts';
import { digestOf, repository } from '../versions.ts';
import { tracking } from './tracking.ts';

const web = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web';
const container = (image: string) => `  - name: c${image.length}\n    image: ${image}:old\n`;
const base = {
  'base/kustomization.yaml': 'resources: [pod.yaml]\n',
  'base/pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n${container(repository)}${container(web)}`,
};

/** Pins both images of the base in a kustomization beside it. */
function edit(kustomization: string, version: { tag: string; digest?: string }) {
  const files = new Map(
    Object.entries({ ...base, 'app/kustomization.yaml': kustomization }).map(([file, text]) => [
      file,
      Buffer.from(text),
    ]),
  );
  const founds = findInFiles(files, { path: 'app', others: [], tracked: tracking([repository, web]) });
  const edited = founds.map(({ text, images }) =>
    pinImages(
      text,
      images.map((image) => ({ image, pin: { repository: image.current.repository, ...version } })),
    ),
  );
  const problems = founds.flatMap(({ problems }) => problems.map(describeProblem));
  return { text: edited[0] ?? kustomization, problems };
}

const version = (tag: string) => ({ tag, digest: digestOf(tag) });

describe('fault 21: an entry that a kustomization gets', () => {
  test.each([
    'resources: [../base]\n',
    '  resources: [../base]\n  images:\n',
    '\uFEFFimages: # none yet\n# the bases\nresources: [../base]\n',
    'resources: [../base]\nimages: []\n',
    'resources: [../base]\nimages: [\n  # none yet\n]\n',
    'resources: [../base]\nimages: [{name: nginx, newTag: "1"},]\n',
    'resources: [../base]\r\nimages: [\r\n  {name: nginx, newTag: "1"}, # one\r\n  {name: redis} # two\r\n]\r\n',
    'resources: [../base]\nimages:\n- &nginx {name: nginx, newTag: "1"}\n- *nginx\n',
    `resources: [../base]\nimages: [{name: ${repository}}]\n`,
    '{resources: [../base], namePrefix: x-, }\n',
    '{"resources":["../base"]}',
    '\uFEFF{"images":[],"resources":["../base"]}\n',
    JSON.stringify({ resources: ['../base'] }, undefined, 2),
    JSON.stringify({ images: [{ name: 'nginx', newTag: '1' }], resources: ['../base'] }, undefined, '\t'),
  ])('is one for kubectl: %j', async (kustomization) => {
    const { text, problems } = edit(kustomization, version('1.1'));
    expect(problems).toEqual([]);
    expect(edit(text, version('1.1')).text).toBe(text);
    const { objects } = await rendered({ ...base, 'app/kustomization.yaml': text });
    const images = JSON.stringify(objects).match(/(?<="image":")[^"]*/g);
    expect(images).toEqual([repository, web].map((name) => formatPin({ repository: name, ...version('1.1') })));
  });

  test('is JSON where JSON was, in the same layout', () => {
    const layout = fc.constantFrom(undefined, 1, 2, 4, '\t');
    const images = fc.option(fc.array(fc.constantFrom({ name: 'nginx' }, { newTag: '1', name: 'redis' })), {
      nil: undefined,
    });
    const tags = fc.constantFrom('1.1', '0777', 'yes', '1.1.0', 'main-1a2b3c4');
    fc.assert(
      fc.property(layout, images, fc.boolean(), tags, (space, images, last, tag) => {
        const original = last ? { resources: ['../base'], images } : { images, resources: ['../base'] };
        const { text } = edit(JSON.stringify(original, undefined, space), version(tag));
        const added = [repository, web].map((name) => ({ name, newTag: tag, digest: digestOf(tag) }));
        const expected = { ...original, images: [...(images ?? []), ...added] };
        expect(JSON.parse(text)).toEqual(expected);
        if (images?.length && space !== undefined) expect(text).toBe(JSON.stringify(expected, undefined, space));
      }),
    );
  });

  test('has no digest where none is known', () => {
    const { text } = edit('{"resources": ["../base"]}', { tag: '1.1' });
    expect(parse(text)).toMatchObject({
      images: [
        { name: repository, newTag: '1.1' },
        { name: web, newTag: '1.1' },
      ],
    });
    expect(text).not.toContain('digest');
  });

  test.each([
    ['resources: [../base]\nimages: null\n', /^app\/kustomization\.yaml:2: images: .*: its images are no list$/],
    ['resources: [../base]\nimages: &x []\n', /:2: images: .*: its images are written with a YAML anchor or alias$/],
    ['x: &x []\nresources: [../base]\nimages: *x\n', /: its images are written with a YAML anchor or alias$/],
    ['x: &x {a: b}\n<<: *x\nresources: [../base]\n', /: the kustomization is written with a YAML anchor or alias$/],
    ['{resources: [../base], namePrefix: }\n', /:1: images: .*: its last field has no value$/],
    ['resources: [../base]\nimages:\n- name: nginx\n  newTag: |\n    1\n', /:3: .*: its last entry is not written as/],
    ['resources: [../base]\n---\nx: 1\n', /:1: .*: its document ends before the file does$/],
  ])('is none in %j, and that is told', (kustomization, reason) => {
    const { text, problems } = edit(kustomization, version('1.1'));
    expect(text).toBe(kustomization);
    expect(problems).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)]);
  });
});
