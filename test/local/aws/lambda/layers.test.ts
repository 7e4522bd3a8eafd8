import { execFileSync } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPython } from '../../../../local/aws/emulator/python.ts';
import { mergeLayers } from '../../../../local/aws/lambda/layers.ts';

const { XDG_CACHE_HOME } = process.env;
let root: string;
let python: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plumbline-layers-'));
  process.env.XDG_CACHE_HOME = join(root, 'cache');
  python = (await findPython()).path;
});
afterAll(async () => {
  if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  await rm(root, { recursive: true, force: true });
});

async function folderLayer(name: string, files: Record<string, string>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, name, path, '..'), { recursive: true });
    await writeFile(join(root, name, path), content);
  }
  return join(root, name);
}

function zipLayer(name: string): string {
  const file = join(root, name);
  const script = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    tool = zipfile.ZipInfo("tool/tool"); tool.external_attr = 0o100755 << 16
    archive.writestr(tool, "#!/bin/sh\\necho ran\\n")
    archive.writestr("shared/a", "from the zip file")`;
  execFileSync(python, ['-c', script, file]);
  return file;
}

test('layers are merged in their order, and programs of a zip file stay executable', async () => {
  const target = join(root, 'opt');
  const first = await folderLayer('first', { 'shared/a': 'first', 'shared/b': 'b' });
  await mergeLayers({ layers: [first, zipLayer('layer.zip')], target, python });
  expect(await readFile(join(target, 'shared/a'), 'utf8')).toBe('from the zip file');
  expect(await readFile(join(target, 'shared/b'), 'utf8')).toBe('b');
  await access(join(target, 'tool/tool'), constants.X_OK);
  expect(execFileSync(join(target, 'tool/tool'), { encoding: 'utf8' })).toBe('ran\n');
});

test('a file of this machine takes the place of one that cannot run here', async () => {
  const target = join(root, 'opt2');
  const own = join(await folderLayer('own', { tool: 'own' }), 'tool');
  await mergeLayers({ layers: [zipLayer('other.zip')], target, python, overrides: { 'tool/tool': own } });
  expect(await readFile(join(target, 'tool/tool'), 'utf8')).toBe('own');
});
