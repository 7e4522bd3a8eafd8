import { describe, expect, test } from 'vitest';
import { linkOf } from '../../../functions/image-updater/source-revisions.ts';
import { TryAgainError } from '../../../shared/errors.ts';
import {
  aDeployment,
  application,
  deploymentFile,
  gitRepository,
  pinOf,
  repositoryOf,
  startAtOne,
  versionOf,
} from './bench.ts';
import { aPush } from './events.ts';

const url = 'https://github.com/example-org/example-application';
const labels = (revision: string, source = `${url}.git`) => ({
  'org.opencontainers.image.revision': revision,
  'org.opencontainers.image.source': source,
});

const applicationRepositories = ['example-org/*', 'https://example.com/*'];

/** An environment at 1.0.0, pinned, with 1.1.0 in the registry. */
function start(write: 'commit' | 'pullRequest', before: Record<string, string>, after: Record<string, string>) {
  const updater = startAtOne({ environments: { staging: { write, applicationRepositories } } });
  updater.write({ [deploymentFile]: aDeployment(pinOf('1.0.0')) });
  updater.registry.push(repositoryOf(application), versionOf('1.0.0'), before);
  updater.registry.push(repositoryOf(application), versionOf('1.1.0'), after);
  return updater;
}

const [old, next] = ['0a1b2c3d4e5f60718293a4b5c6d7e8f901234567', '76543210f9e8d7c6b5a493827160f5e4d3c2b1a0'];

describe('what an image was built from', () => {
  test('stands in the commit, with the difference to the version before', async () => {
    const updater = start('commit', labels(old), labels(next));
    await updater.receive(aPush('1.1.0'));
    const [message = ''] = updater.messages();
    expect(message).toContain(`\n  ${deploymentFile}\n  ${url}/compare/${old}...${next}\n\n`);
    expect(message).toMatch(new RegExp(`\\nPlumbline-Source: ${url}\\nPlumbline-Revision: ${next}$`));
  });

  test('stands in the pull request', async () => {
    const updater = start('pullRequest', labels(old), labels(next));
    await updater.receive(aPush('1.1.0'));
    const [pull] = await updater.git.pullRequests(gitRepository, 'plumbline/staging');
    expect(pull?.body).toContain(` | [0a1b2c3...7654321](${url}/compare/${old}...${next}) |\n`);
  });

  test.each([
    [labels('abc; rm -rf', url), /Plumbline-(Source|Revision)/],
    [labels(next, 'javascript:alert(1)'), /Plumbline-Source/],
    [labels(next, 'https://user:secret@example.com/x'), /secret/],
    [labels(next, 'https://example.com/a)](b'), /Plumbline-Source/],
    [labels(next, 'https://example.com/a\nPlumbline-Image: evil:1'), /evil|Plumbline-Source/],
    [labels(next, `https://example.com/${'x'.repeat(400)}`), /Plumbline-Source/],
    [{}, /Plumbline-(Source|Revision)/],
  ])('fault 23: is left out where it is none (%#)', async (hostile, absent) => {
    const updater = start('commit', labels(old), hostile);
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()[0]).toMatch(/^example-application 1\.1\.0\n/);
    expect(updater.messages()[0]).not.toMatch(absent);
  });

  test('is told without its repository where deployer.yaml does not list that', async () => {
    const updater = start(
      'commit',
      labels(old, 'https://github.com/other-org/x'),
      labels(next, 'https://github.com/other-org/x'),
    );
    await updater.receive(aPush('1.1.0'));
    expect(updater.messages()[0]).not.toContain('other-org');
    expect(updater.messages()[0]).toContain(`\nPlumbline-Revision: ${next}`);
  });

  test('stops nothing when the registry does not tell it', async () => {
    const updater = start('commit', {}, {});
    updater.ports.registry.labels = () => Promise.reject(new TryAgainError('throttled'));
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.lines('labels of an image could not be read')).toHaveLength(2);
  });
});

test.each([
  [{ revision: next, url }, { revision: old, url }, `${url}/compare/${old}...${next}`],
  [{ revision: next, url }, { revision: old, url: 'https://github.com/example-org/other' }, `${url}/commit/${next}`],
  [{ revision: next, url }, { revision: next, url }, `${url}/commit/${next}`],
  [{ revision: next, url }, undefined, `${url}/commit/${next}`],
  [
    { revision: next, url: 'https://gitlab.com/a/b' },
    { revision: old, url: 'https://gitlab.com/a/b' },
    `https://gitlab.com/a/b/-/compare/${old}...${next}`,
  ],
  [{ revision: next }, { revision: old, url }, undefined],
  [undefined, { revision: old, url }, undefined],
])('links what changed between two revisions (%#)', (source, previousSource, link) => {
  expect(linkOf({ ...(source && { source }), ...(previousSource && { previousSource }) })).toBe(link);
});
