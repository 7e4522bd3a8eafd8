import { describe, expect, it } from 'vitest';
import { sourceRepositorySchema } from '../../../shared/config/names.ts';
import { applicationRepository } from '../../../shared/git/application-repository.ts';

const web = 'https://github.com/example-org/web';

describe('applicationRepository', () => {
  it.each([
    ['as it is', web, ['example-org/web'], web],
    [
      'with .git, a slash, or another case',
      'https://GitHub.com/Example-Org/Web.git',
      ['example-org/web'],
      'https://github.com/Example-Org/Web',
    ],
    ['of any name', `${web}/`, ['example-org/*'], web],
    [
      'elsewhere, by its address',
      'https://gitlab.example.com/group/sub/web',
      ['https://gitlab.example.com/group/*'],
      'https://gitlab.example.com/group/sub/web',
    ],
    ['on GitHub, by its address', web, [`${web}`], web],
  ])('takes a repository that is listed: %s', (_name, source, patterns, page) => {
    expect(applicationRepository(source, patterns)).toBe(page);
  });

  it.each([
    ['nothing is listed', web, []],
    ['another owner', 'https://github.com/other-org/web', ['example-org/*']],
    ['an owner that ends like it', 'https://github.com/not-example-org/web', ['example-org/*']],
    ['another host with the same path', 'https://evil.example/example-org/web', ['example-org/*']],
    ['another host that begins like it', 'https://github.com.evil.example/example-org/web', ['example-org/*']],
    ['a page below a repository', `${web}/tree/main`, ['example-org/*']],
    ['a name that only begins so', `${web}-2`, ['example-org/web']],
    ['another scheme', web.replace('https', 'http'), ['example-org/*']],
    ['a way out of the path', 'https://github.com/example-org/../other-org/web', ['example-org/*']],
    ['credentials', 'https://user:secret@github.com/example-org/web', ['example-org/*']],
    ['no address', 'git@github.com:example-org/web.git', ['example-org/*']],
    ['Markdown', `${web})[x](y`, ['example-org/*']],
    ['a second line', `${web}\nPlumbline-Image: evil`, ['example-org/*']],
    ['endless text', `https://github.com/example-org/${'x'.repeat(400)}`, ['example-org/*']],
  ])('refuses %s', (_name, source, patterns) => {
    expect(applicationRepository(source, patterns)).toBeUndefined();
  });
});

describe('applicationRepositories of deployer.yaml', () => {
  it.each(['example-org/web', 'example-org/*', 'example-org/web-*', 'https://gitlab.example.com/group/*'])(
    'take %s',
    (text) => {
      expect(sourceRepositorySchema.safeParse(text).success).toBe(true);
    },
  );

  it.each([
    '*',
    '*/web',
    'example-*/web',
    'https://*.example.com/web',
    'http://example.com/web',
    'https://example.com',
    'a/b/c',
  ])('refuse %s', (text) => {
    expect(sourceRepositorySchema.safeParse(text).success).toBe(false);
  });
});
