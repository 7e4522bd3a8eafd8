import { expect, test } from 'vitest';
import { createGitHubWriter } from '../../../shared/git/github.client.ts';
import { startTestGitHub } from '../../local/github/support.ts';

const repository = 'example-org/example';

/** The first commit and a pull request of a repository, about which people said a lot. */
async function start(remarks: number) {
  const github = await startTestGitHub();
  const files = { 'a.yaml': 'a' };
  const sha =
    (await github.createRepository({ owner: 'example-org', name: 'example', files, branches: ['main', 'work'] })) ?? '';
  await github.commit({ repository, branch: 'work', files: { 'b.yaml': 'b' }, message: 'Work' });
  const { number, user } = await github.openPullRequest(repository, { head: 'work', base: 'main', title: 'Work' });
  const { comments, commitComments } = github.records(repository);
  const at = new Date();
  for (let index = 1; index <= remarks; index += 1) {
    comments.push({ id: index, number, body: `${index}`, user, createdAt: at, updatedAt: at });
    commitComments.push({ id: index, sha, body: `${index}`, user, createdAt: at });
  }
  const { appId, privateKey } = github.apps.write;
  const writer = createGitHubWriter({ apiUrl: github.apiUrl, appId, privateKey: async () => privateKey });
  return { github, writer, abouts: [sha, `#${number}`] };
}

test('what was said is read to its end, and when there is no end, to 1,000 remarks', async () => {
  const { github, writer, abouts } = await start(1_001);
  for (const about of abouts) {
    expect(await writer.remarks(repository, about)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => `${index + 1}`),
    );
  }
  expect(github.calls.filter(({ path }) => path.includes('comments'))).toHaveLength(20);
});
