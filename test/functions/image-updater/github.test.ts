import { expect, test } from 'vitest';
import { createUpdater } from '../../../bench/images/updater.ts';
import { startTestGitHub } from '../../local/github/support.ts';
import { aDeployment, application, deploymentFile, pinOf, repositoryOf, rules, versionOf } from './bench.ts';
import { aScan } from './events.ts';

const repository = 'example-org/example-environment';

/** The updater on real Git, by the real Octokit, for an environment that wants pull requests. A minute passes before each scan. */
async function start() {
  const github = await startTestGitHub();
  const files = { 'environment.yaml': rules(application), [deploymentFile]: aDeployment(`${application}:1.0.0`) };
  await github.createRepository({ owner: 'example-org', name: 'example-environment', branches: ['staging'], files });
  let minutes = 0;
  const clock = { now: () => new Date(Date.now() + minutes * 60_000) };
  const updater = createUpdater(github, repository, { write: 'pullRequest', clock });
  const scan = async (...tags: string[]) => {
    for (const tag of tags) updater.registry.push(repositoryOf(application), versionOf(tag));
    minutes += 1;
    expect(await updater.receive([aScan])).toEqual([]);
    return github.pullRequests(repository).map(({ number, state, title }) => `${number} ${state}: ${title}`);
  };
  const read = async (branch: string) => String(await github.readFile(repository, branch, deploymentFile));
  return { github, scan, read };
}

test('on GitHub, one pull request is opened, kept, merged, reverted and closed', async () => {
  const { github, scan, read } = await start();
  expect(await scan('1.1.0')).toEqual(['1 open: staging: example-application 1.1.0']);
  expect(await scan('1.2.0')).toEqual(['1 open: staging: example-application 1.2.0']);
  expect(await read('plumbline/staging')).toBe(aDeployment(pinOf('1.2.0')));
  expect(await read('staging')).toBe(aDeployment(`${application}:1.0.0`));

  await github.mergePullRequest(repository, 1, { merge_method: 'squash', commit_title: 'Update', commit_message: '' });
  expect(await read('staging')).toBe(aDeployment(pinOf('1.2.0')));
  const revert = { [deploymentFile]: aDeployment(`${application}:1.0.0`) };
  await github.commit({ repository, branch: 'staging', files: revert, message: 'Revert' });
  expect(await scan()).toEqual(['1 closed: staging: example-application 1.2.0']);
  expect(await scan()).toHaveLength(1);
  expect(github.records(repository).comments).toMatchObject([
    { body: expect.stringContaining('holds `example-application`') },
  ]);
  expect(await scan('1.3.0')).toHaveLength(2);

  const byHand = { [deploymentFile]: aDeployment(pinOf('1.3.0')) };
  await github.commit({ repository, branch: 'staging', files: byHand, message: 'By hand' });
  expect(await scan()).toEqual([
    '1 closed: staging: example-application 1.2.0',
    '2 closed: staging: example-application 1.3.0',
  ]);
  expect(github.pullRequests(repository)[1]?.body).toMatch(/^Nothing is left to change/);
});

test('fault 10: a tick that fires twice changes nothing the second time', async () => {
  const { github, scan } = await start();
  await scan('1.1.0');
  const head = await github.head(repository, 'plumbline/staging');
  const writes = () => github.calls.filter(({ method }) => method !== 'GET').length;
  const before = writes();
  await Promise.all([scan(), scan()]);
  expect(await github.head(repository, 'plumbline/staging')).toBe(head);
  expect(writes()).toBe(before);
});
