import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, linksIn } from '../../../local/story/repository.ts';
import { readTree } from '../../../shared/tree/read-tree.ts';
import { environment, octokitFor, startTestGitHub, temporaryFolder } from '../github/support.ts';

test('a folder with links is committed with them, so that they are refused as on GitHub and not left out in silence', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'app'));
  await writeFile(join(folder, 'app/a.yaml'), 'a: 1\n');
  await symlink('a.yaml', join(folder, 'app/b.yaml'));
  await symlink('app', join(folder, 'other'));
  const github = await startTestGitHub();
  const [files, links] = [await filesIn(folder), await linksIn(folder)];

  const ref = await github.createRepository({ owner: 'acme', name: 'environment', files, links });

  const { data } = await octokitFor(github, 'read').repos.downloadTarballArchive({ ...environment, ref: ref ?? '' });
  const tree = await readTree(Buffer.from(data as ArrayBuffer));
  expect(Object.keys(files)).toEqual(['app/a.yaml']);
  expect([...tree.files.keys()]).toEqual(['app/a.yaml']);
  expect([...tree.refused]).toEqual([
    ['app/b.yaml', expect.stringContaining('is a symbolic link')],
    ['other', expect.stringContaining('is a symbolic link')],
  ]);
});
