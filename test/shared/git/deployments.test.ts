import { expect, test } from 'vitest';
import { createGitHubReporter } from '../../../shared/git/github.client.ts';
import { createEnvironment, startTestGitHub } from '../../local/github/support.ts';

const repository = 'acme/environment';

test('a Deployment is made once for a revision, without merging or waiting for anything, and told how it goes', async () => {
  const github = await startTestGitHub();
  const revision = (await createEnvironment(github)) ?? expect.fail('there is a head');
  const { appId, privateKey } = github.apps.report;
  const voice = createGitHubReporter({ apiUrl: github.apiUrl, appId, privateKey: async () => privateKey });
  await voice.setStatus(repository, revision, {
    context: 'other',
    state: 'failure',
    description: 'a check that fails',
  });
  const id = await voice.deployment(repository, revision, 'staging');
  expect(await voice.deployment(repository, revision, 'staging')).toBe(id);
  expect(await voice.deployment(repository, revision, 'production')).not.toBe(id);
  await voice.setDeployment(repository, id, {
    ...{ state: 'success', description: 'x'.repeat(200) },
    ...{ environmentUrl: 'https://staging.example.com', logUrl: 'https://log.example.com' },
  });
  const [own] = github.records(repository).deployments.filter((each) => each.id === id);
  expect(own).toMatchObject({
    ...{ sha: revision, environment: 'staging' },
    statuses: [{ state: 'success', environmentUrl: 'https://staging.example.com', logUrl: 'https://log.example.com' }],
  });
  expect(own?.statuses[0]?.description).toHaveLength(140);
});
