import { describe, expect, it } from 'vitest';
import { renderFolder } from '../../../functions/renderer/render.ts';
import { BadInputError } from '../../../shared/errors.ts';
import { aTree } from '../../support/examples.ts';
import { aConfigMap, aKustomization, aRequest, problemsWith, rendered } from '../../support/renderer.ts';

const refusalOf = async (kustomization: string, more: Record<string, string> = {}) =>
  (await problemsWith(aKustomization(kustomization, more))).join('\n');

describe('a folder with a kustomization', () => {
  it('is built with its bases; each object names the kustomization', async () => {
    const { objects } = await rendered(aKustomization('namePrefix: a-\nresources: [../base, config.yaml]\n'));
    expect(objects.map(({ object, source }) => [object.metadata.name, source])).toEqual([
      ['a-base', { file: 'app/kustomization.yaml' }],
      ['a-config', { file: 'app/kustomization.yaml' }],
    ]);
  });

  it.each(['kustomization.yml', 'Kustomization'])('may call it %s', async (name) => {
    const { objects } = await rendered({ [`app/${name}`]: 'resources: [a.yaml]\n', 'app/a.yaml': aConfigMap('a') });
    expect(objects).toHaveLength(1);
  });

  it('fault 36: that renders to nothing gives no object', async () => {
    expect((await rendered(aKustomization('namePrefix: a-\n'))).objects).toEqual([]);
  });

  it('fault 27: with a link that it reads is refused; others are never looked at', async () => {
    const files = aKustomization(
      'resources: [../base, link.yaml, ../linked]\nconfigMapGenerator: [{files: [x.ini]}]\n',
    );
    const tree = aTree(files, {
      'app/link.yaml': 'is a symbolic link',
      'app/x.ini': 'is a symbolic link',
      'app/README.md': 'is a symbolic link',
      'base/kustomization.yml': 'is a symbolic link',
      'base/other.yaml': 'is a symbolic link',
      linked: 'is a symbolic link',
    });
    expect(await problemsWith(tree)).toEqual([
      'app/kustomization.yaml:1: resources[1]: "link.yaml" is a symbolic link',
      'app/kustomization.yaml:1: resources[2]: "../linked" is a symbolic link',
      'app/kustomization.yaml:2: configMapGenerator[0].files[0]: "x.ini" is a symbolic link',
      'base/kustomization.yml: is a symbolic link',
    ]);
  });

  it('fault 28: with a bomb in a base is refused before kustomize starts', async () => {
    const tree = aTree(
      aKustomization('resources: [../base]\n', { 'base/config.yaml': `a: 1\nb: ${'['.repeat(10_000)}` }),
    );
    const tools = { kubectl: '/does/not/exist', helm: '/does/not/exist' };
    const problem = { file: 'base/config.yaml', line: 2, message: expect.stringContaining('nested') };
    await expect(renderFolder(tree, aRequest(), { tools })).rejects.toMatchObject({ problems: [problem] });
  });
});

describe('fault 28: a bomb that stands in a kustomization as text', () => {
  const laughs = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
  ].join('\n');
  const inline = (text: string) => `|-\n    ${text.replaceAll('\n', '\n    ')}\n`;

  it.each([
    {
      where: 'a patch',
      text: (bomb: string) => `patches:\n- patch: ${inline(bomb)}`,
      line: 3,
      field: 'patches[0].patch',
    },
    {
      where: 'a patch in other letters',
      text: (bomb: string) => `Patches:\n- target: {kind: X}\n  Patch: ${inline(bomb)}`,
      line: 4,
      field: 'Patches[0].Patch',
    },
    {
      where: 'a patch of the older field',
      text: (bomb: string) => `patchesStrategicMerge:\n- ${inline(bomb)}`,
      line: 3,
      field: 'patchesStrategicMerge[0]',
    },
    {
      where: 'a transformer',
      text: (bomb: string) => `transformers:\n- ${inline(bomb)}`,
      line: 3,
      field: 'transformers[0]',
    },
    {
      where: 'the patch of a transformer',
      text: (bomb: string) =>
        `transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: a}\n  patch: ${inline(bomb)}`,
      line: 4,
      field: 'patch',
    },
  ])('is refused at once, before kustomize starts: $where', async ({ text, line, field }) => {
    for (const bomb of [laughs, `a: ${'['.repeat(10_000)}`]) {
      const tree = aTree(aKustomization(`resources: [config.yaml]\n${text(bomb)}`));
      const tools = { kubectl: '/does/not/exist', helm: '/does/not/exist' };
      const started = performance.now();
      const rejection = renderFolder(tree, aRequest(), { tools });
      await expect(rejection).rejects.toMatchObject({ problems: [{ file: 'app/kustomization.yaml', line, field }] });
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });
});

describe("kustomize's own errors", () => {
  it.each<{ what: string; text: string; more?: Record<string, string>; said: string }>([
    {
      what: 'YAML that is not valid',
      text: 'resources: [bad.yaml]\n',
      more: { 'app/bad.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  p: hunter2: x\n' },
      said: 'app/bad.yaml:5: is not valid YAML: mapping values are not allowed in this context',
    },
    {
      what: 'a key twice',
      text: 'resources: [bad.yaml]\n',
      more: {
        'app/bad.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  p: hunter2\n  p: hunter3\n',
      },
      said: 'app/bad.yaml:6: has the key "p" twice',
    },
    {
      what: 'an unknown field',
      text: 'resources: [config.yaml]\nresource: [a.yaml]\n',
      said: 'app/kustomization.yaml:2: resource: is not a field of a kustomization',
    },
    {
      what: 'a field of another type',
      text: 'resources: [config.yaml]\nnamespace: [a]\n',
      said: 'app/kustomization.yaml: namespace: must be text; found a list',
    },
    {
      what: 'a patch without a target',
      text: 'resources: [config.yaml]\npatches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: other}\n    data: {p: hunter2}\n',
      said: 'app/kustomization.yaml: ConfigMap.v1.[noGrp]/other.[noNs]: is the target of a patch, but there is no such object',
    },
    {
      what: 'a patch that is none',
      text: 'resources: [config.yaml]\npatches:\n- patch: |\n    data: {p: hunter2\n',
      said: 'app/kustomization.yaml: patches: has a patch that is neither valid YAML nor a list of JSON patch operations',
    },
    {
      what: 'a literal that is none',
      text: 'secretGenerator:\n- name: a\n  literals: [hunter2]\n',
      said: 'app/kustomization.yaml: literals: must be of the form KEY=VALUE',
    },
    {
      what: 'one object twice',
      text: 'resources: [config.yaml, again.yaml]\n',
      more: { 'app/again.yaml': aConfigMap('config') },
      said: 'app/kustomization.yaml: ConfigMap.v1.[noGrp]/config.[noNs]: is there twice; each object must stand once',
    },
    {
      what: 'a base that leads back',
      text: 'resources: [../base]\n',
      more: { 'base/kustomization.yaml': 'resources: [../app]\n' },
      said: 'has a base that leads back to it',
    },
    {
      what: 'something else',
      text: 'resources: [config.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |\n    - {op: hunter2, path: /data/a}\n',
      said: 'app/kustomization.yaml: can\'t be built by kustomize (Unexpected kind …); "kubectl kustomize app" shows the whole message',
    },
  ])('fault 34: name the file, and quote no content: $what', async ({ text, more, said }) => {
    const refusal = await refusalOf(text, more);
    expect(refusal).toContain(said);
    expect(refusal).not.toContain('hunter2');
  });

  it('are problems to mend, not crashes', async () => {
    await expect(rendered(aKustomization('resources: [config.yaml]\nnope: 1\n'))).rejects.toBeInstanceOf(BadInputError);
  });
});
