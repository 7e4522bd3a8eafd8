import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAssembly } from '../../../../local/aws/template/assembly.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-assembly-'));
  const artifact = {
    type: 'aws:cloudformation:stack',
    properties: { templateFile: 'One.template.json', stackName: 'one' },
  };
  await writeFile(
    join(folder, 'manifest.json'),
    JSON.stringify({ artifacts: { One: artifact, Tree: { type: 'cdk:tree' } } }),
  );
  await writeFile(join(folder, 'One.template.json'), '{"Resources":{}}');
  const files = { abc: { source: { path: 'asset.abc', packaging: 'zip' } }, def: { source: { executable: ['x'] } } };
  await writeFile(join(folder, 'One.assets.json'), JSON.stringify({ files }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('stacks are read with their assets', async () => {
  const [stack, ...others] = await readAssembly(folder);
  expect(stack).toEqual({ name: 'one', template: { Resources: {} }, assets: { abc: join(folder, 'asset.abc') } });
  expect(others).toEqual([]);
});

test('a stack that is not there is named, with those that are', async () => {
  await expect(readAssembly(folder, ['two'])).rejects.toThrow(`${folder} has no stack two; it has one`);
});

test('a missing assembly says how to make one', async () => {
  await expect(readAssembly(join(folder, 'none'))).rejects.toThrow(/manifest\.json is missing.*cdk synth/);
});
