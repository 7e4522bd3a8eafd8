import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkRequirements, git, node, python, type Requirement } from '../../../local/tools/requirements.ts';
import { temporaryFolder } from './temporary.ts';

/** A PATH with nothing but these programs, each of which prints a line. */
async function pathWith(programs: Record<string, string>): Promise<NodeJS.ProcessEnv> {
  const folder = await temporaryFolder();
  for (const [name, line] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\necho '${line}'\n`, { mode: 0o755 });
  }
  return { PATH: folder };
}

const go: Requirement = { name: 'go', command: ['go', 'version'], atLeast: '1.26.0', remedy: 'Install Go 1.26' };

describe('requirements', () => {
  it('are met by this machine, as far as the tests need it', async () => {
    await expect(checkRequirements([git, node, python])).resolves.toBeUndefined();
  });

  it.each([
    ['go version go1.26.8 linux/amd64'],
    ['go version go1.26 linux/amd64'],
    ['go version go2.0.1 darwin/arm64'],
  ])('are met by %s', async (line) => {
    await expect(checkRequirements([go], await pathWith({ go: line }))).resolves.toBeUndefined();
  });

  it('name what is too old, what was found and what to install', async () => {
    const env = await pathWith({ go: 'go version go1.22.1 linux/amd64' });
    await expect(checkRequirements([go], env)).rejects.toThrow(
      'go 1.22.1 is too old: 1.26.0 or later is needed. Install Go 1.26.',
    );
  });

  it('name all that is missing at once', async () => {
    const env = await pathWith({ python3: 'Python 3.9.2' });
    const error = await checkRequirements([go, git, python], env).catch((thrown: Error) => thrown);
    const lines = (error as Error).message.split('\n');
    expect(lines).toEqual([
      expect.stringMatching(/^go is not installed, or does not run\. /),
      expect.stringMatching(/^git is not installed, or does not run\. /),
      expect.stringMatching(/^python3 3\.9\.2 is too old/),
    ]);
  });
});
