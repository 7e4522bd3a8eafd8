import { describe, expect, test } from 'vitest';
import { digestOf } from '../../shared/images/versions.ts';
import {
  aDeployment,
  application,
  deploymentFile,
  gitRepository,
  pinOf,
  registryHost,
  repositoryOf,
  rules,
  startAtOne,
  startUpdater,
  versionOf,
} from './bench.ts';
import { aPush, aScan } from './events.ts';

const work = 'plumbline/staging';

/** An environment at 1.0.0 that wants pull requests. */
function start() {
  const updater = startAtOne({ environments: { staging: { write: 'pullRequest' } } });
  return {
    ...updater,
    /** A minute later, so that there is no need to wait for a turn. */
    push: (tag: string) => {
      updater.pass(60_000);
      updater.has(tag);
      return updater.receive(aPush(tag));
    },
    pulls: () => updater.git.pullRequests(gitRepository, work),
    byHand: (tag: string, branch = 'staging') =>
      updater.write({ [deploymentFile]: aDeployment(`${application}:${tag}`) }, branch),
    merge: (number: number, squashedAs?: string) => updater.git.merge(gitRepository, number, squashedAs),
    close: (number: number) => updater.git.close(gitRepository, number),
    proposed: () => updater.read(deploymentFile, work),
  };
}

const numbers = (pulls: { number: number; state: string }[]) => pulls.map(({ number, state }) => `${number} ${state}`);

describe('an environment that wants pull requests', () => {
  test('gets one that carries the pin, and no commit', async () => {
    const updater = start();
    expect(await updater.push('1.1.0')).toEqual([]);
    expect(updater.messages()).toHaveLength(1);
    expect(updater.proposed()).toBe(aDeployment(pinOf('1.1.0')));
    const [pull, ...others] = await updater.pulls();
    expect(others).toEqual([]);
    expect(pull).toMatchObject({ state: 'open', title: 'staging: example-application 1.1.0' });
    expect(pull?.body).toContain(
      `| image | from | to | source |\n|---|---|---|---|\n| \`example-application\` | \`1.0.0\` | \`1.1.0\`<br>\`${digestOf('1.1.0')}\` |  |\n`,
    );
    expect(pull?.body).toMatch(
      /\n```text\nPlumbline-Environment: staging\nPlumbline-Image: .*:1\.1\.0@sha256:.*\n```$/,
    );
    expect(updater.lines('images proposed')).toMatchObject([{ pullRequest: 1 }]);
  });

  test('fault 1: is not written to again by a repeated event or a scan', async () => {
    const updater = start();
    await updater.push('1.1.0');
    const head = await updater.git.head(gitRepository, work);
    await updater.receive(aPush('1.1.0'), aScan);
    expect(await updater.git.head(gitRepository, work)).toBe(head);
    expect(updater.lines('nothing to change')).toHaveLength(1);
  });

  test('is not written to again where places stood at different versions', async () => {
    const updater = start();
    updater.write({ 'other.yaml': aDeployment(`${application}:0.9.0`).replace('name: web', 'name: other') });
    updater.write({ 'environment.yaml': rules(application).replace('>=1.0.0', '>=0.1.0') });
    await updater.push('1.1.0');
    const head = await updater.git.head(gitRepository, work);
    updater.pass(60_000);
    await updater.receive(aScan);
    expect(updater.read('other.yaml', work)).toContain(pinOf('1.1.0'));
    expect(await updater.git.head(gitRepository, work)).toBe(head);
  });

  test('keeps one pull request, whose branch is always its base and one commit', async () => {
    const updater = start();
    await updater.push('1.1.0');
    updater.write({ 'README.md': 'moved on' });
    await updater.push('1.2.0');
    expect(numbers(await updater.pulls())).toEqual(['1 open']);
    expect((await updater.pulls())[0]).toMatchObject({ title: 'staging: example-application 1.2.0' });
    expect(updater.proposed()).toBe(aDeployment(pinOf('1.2.0')));
    expect(updater.read('README.md', work)).toBe('moved on');
    expect(updater.messages(work)).toHaveLength(3);
  });

  test('has its branch made anew when the base changed the same file', async () => {
    const updater = start();
    await updater.push('1.1.0');
    const renamed = (image: string) => aDeployment(image).replace('name: web\nspec', 'name: renamed\nspec');
    updater.write({ [deploymentFile]: renamed(`${application}:1.0.0`) });
    updater.pass(60_000);
    await updater.receive(aScan);
    expect(updater.proposed()).toBe(renamed(pinOf('1.1.0')));
    expect(numbers(await updater.pulls())).toEqual(['1 open']);
  });

  test('has it closed when nothing is left to propose, and opened anew for the next version', async () => {
    const updater = start();
    await updater.push('1.1.0');
    updater.byHand('1.1.0');
    updater.write({ [deploymentFile]: aDeployment(pinOf('1.1.0')) });
    await updater.receive(aScan);
    expect(numbers(await updater.pulls())).toEqual(['1 closed']);
    expect((await updater.pulls())[0]?.body).toMatch(/^Nothing is left to change: `staging` has these versions/);
    await updater.push('1.2.0');
    expect(numbers(await updater.pulls())).toEqual(['2 open', '1 closed']);
  });

  test.each([
    ['can not be read', 'images: what?\n'],
    ['suspends it', `suspend: true\n${rules(application)}`],
  ])('keeps it as it is while environment.yaml %s', async (_name, file) => {
    const updater = start();
    await updater.push('1.1.0');
    updater.write({ 'environment.yaml': file });
    await updater.push('1.2.0');
    expect((await updater.pulls())[0]).toMatchObject({ state: 'open', title: 'staging: example-application 1.1.0' });
    expect(updater.lines('image left alone').at(-1)).toMatchObject({
      reason: expect.stringMatching(/^environment\.yaml/),
    });
    updater.write({ 'environment.yaml': rules(application) });
    await updater.receive(aScan);
    expect(numbers(await updater.pulls())).toEqual(['1 open']);
    expect(updater.proposed()).toBe(aDeployment(pinOf('1.2.0')));
  });

  test.each([undefined, 'Update things (#1)'])('goes on after a merge (squashed as %s)', async (squashedAs) => {
    const updater = start();
    await updater.push('1.1.0');
    updater.merge(1, squashedAs);
    await updater.receive(aScan);
    expect(updater.read()).toBe(aDeployment(pinOf('1.1.0')));
    expect(numbers(await updater.pulls())).toEqual(['1 merged']);
    await updater.push('1.2.0');
    expect(numbers(await updater.pulls())).toEqual(['2 open', '1 merged']);
  });

  test.each([undefined, 'Update things (#1)'])(
    'fault 13: does not propose again what was merged (squashed as %s) and reverted',
    async (squashedAs) => {
      const updater = start();
      await updater.push('1.1.0');
      updater.merge(1, squashedAs);
      updater.byHand('1.0.0');
      await updater.receive(aScan);
      expect(numbers(await updater.pulls())).toEqual(['1 merged']);
      expect(updater.lines('image left alone')).toMatchObject([{ reason: expect.stringMatching(/1\.1\.0 .*: held/) }]);
      await updater.receive(aScan);
      expect(await updater.git.remarks(gitRepository, '#1')).toEqual([
        expect.stringMatching(
          /^- `staging` holds `example-application`: `a person took back 1\.1\.0 \(pull request #1\)/,
        ),
      ]);
      await updater.push('1.2.0');
      expect(numbers(await updater.pulls())).toEqual(['2 open', '1 merged']);
    },
  );

  test('fault 13: does not propose again what a person closed, until there is a newer version', async () => {
    const updater = start();
    await updater.push('1.1.0');
    updater.close(1);
    await updater.receive(aPush('1.1.0'), aScan);
    expect(numbers(await updater.pulls())).toEqual(['1 closed']);
    expect(updater.lines('image left alone')).toMatchObject([{ reason: expect.stringMatching(/#1\).*held/) }]);
    await updater.receive(aScan);
    expect(await updater.git.remarks(gitRepository, '#1')).toEqual([
      expect.stringMatching(/`staging` holds `example-application`.*opening it again does so too/s),
    ]);
    await updater.push('1.2.0');
    expect(numbers(await updater.pulls())).toEqual(['2 open', '1 closed']);
  });

  test('takes up again what a person closed and opened again', async () => {
    const updater = start();
    await updater.push('1.1.0');
    updater.close(1);
    await updater.receive(aScan);
    updater.git.reopen(gitRepository, 1);
    await updater.push('1.2.0');
    expect(numbers(await updater.pulls())).toEqual(['1 open']);
    expect(updater.proposed()).toBe(aDeployment(pinOf('1.2.0')));
  });

  test('fault 13: leaves a branch alone that a person committed to, and says so', async () => {
    const updater = start();
    await updater.push('1.1.0');
    updater.write({ 'config.yaml': 'goes with 1.1.0' }, work);
    await updater.push('1.2.0');
    expect(updater.proposed()).toBe(aDeployment(pinOf('1.1.0')));
    expect(updater.read('config.yaml', work)).toBe('goes with 1.1.0');
    const [line] = updater.logged.filter(({ message }) => message === 'pull request left alone');
    expect(line).toMatchObject({
      level: 'warn',
      details: { reason: expect.stringMatching(/pull request 1 is theirs/) },
    });
    updater.merge(1);
    await updater.receive(aScan);
    expect(numbers(await updater.pulls())).toEqual(['2 open', '1 merged']);
    expect(updater.proposed()).toBe(aDeployment(pinOf('1.2.0')));
  });

  test('fault 12: looks again when a person commits to the branch meanwhile', async () => {
    const updater = start();
    await updater.push('1.1.0');
    const { replace } = updater.ports.git;
    updater.ports.git.replace = async (change) => {
      updater.ports.git.replace = replace;
      updater.write({ 'config.yaml': 'by a person' }, work);
      return replace(change);
    };
    await updater.push('1.2.0');
    expect(updater.read('config.yaml', work)).toBe('by a person');
    expect(updater.lines('pull request left alone')).toMatchObject([{ attempt: 2 }]);
  });

  test('a run that ended between branch and pull request is finished by the next one', async () => {
    const updater = start();
    const { openPullRequest } = updater.ports.git;
    updater.ports.git.openPullRequest = () => Promise.reject(new Error('the function was stopped'));
    expect(await updater.push('1.1.0')).toEqual(['message-0']);
    updater.ports.git.openPullRequest = openPullRequest;
    const head = await updater.git.head(gitRepository, work);
    expect(await updater.receive(aPush('1.1.0'))).toEqual([]);
    expect((await updater.pulls())[0]).toMatchObject({ state: 'open', head });
  });

  test('what a person wrote into title and text stays until there is another version', async () => {
    const updater = start();
    await updater.push('1.1.0');
    const [pull] = await updater.pulls();
    const edited = {
      title: 'Please review',
      body: `By hand\r\n${pull?.body.replaceAll('\n', '\r\n')}`,
      state: 'open',
    } as const;
    await updater.git.changePullRequest(gitRepository, 1, edited);
    await updater.receive(aScan);
    expect((await updater.pulls())[0]).toMatchObject(edited);
    await updater.push('1.2.0');
    expect((await updater.pulls())[0]).toMatchObject({ title: 'staging: example-application 1.2.0' });
  });

  test('two updaters at once make one pull request', async () => {
    const updater = start();
    updater.has('1.1.0', '1.2.0');
    await Promise.all([updater.receive(aPush('1.1.0')), updater.receive(aPush('1.2.0')), updater.receive(aScan)]);
    expect(numbers(await updater.pulls())).toEqual(['1 open']);
    expect(updater.proposed()).toBe(aDeployment(pinOf('1.2.0')));
  });
});

test('a pull request keeps what was proposed before when another image is pushed', async () => {
  const updater = start();
  const other = `${registryHost}/other`;
  updater.write({ 'environment.yaml': rules(application, other), 'other.yaml': aDeployment(`${other}:1.0.0`) });
  await updater.push('1.1.0');
  updater.pass(60_000);
  updater.registry.push(repositoryOf(other), versionOf('1.3.0'));
  await updater.receive(aPush('1.3.0', 'other'));
  expect(updater.proposed()).toBe(aDeployment(pinOf('1.1.0')));
  expect(updater.read('other.yaml', work)).toBe(aDeployment(pinOf('1.3.0', other)));
});

test('environments of one branch are written to as each of them wants', async () => {
  const updater = startUpdater({
    environments: {
      one: { branch: 'main', path: 'one' },
      two: { branch: 'main', path: 'two', write: 'pullRequest' },
      three: { branch: 'main', path: 'three', write: 'pullRequest' },
    },
  });
  for (const folder of ['one', 'two', 'three']) {
    const files = {
      [`${folder}/environment.yaml`]: rules(application),
      [`${folder}/web.yaml`]: aDeployment(`${application}:1.0.0`),
    };
    updater.write(files, 'main');
  }
  updater.has('1.1.0');
  await updater.receive(aPush('1.1.0'));
  const standing = (folder: string, branch: string) =>
    updater.read(`${folder}/web.yaml`, branch) === aDeployment(pinOf('1.1.0'));
  expect(['one', 'two', 'three'].filter((folder) => standing(folder, 'main'))).toEqual(['one']);
  expect(['one', 'two', 'three'].filter((folder) => standing(folder, 'plumbline/two')).slice(-1)).toEqual(['two']);
  expect(['one', 'two', 'three'].filter((folder) => standing(folder, 'plumbline/three')).slice(-1)).toEqual(['three']);
});

test('fault 23: hostile text becomes no markup, no mention and no trailer', async () => {
  const updater = start();
  updater.write({ 'a|b`@everyone <img src=x>.yaml': 'image: &a\n  '.concat(application, ': [\n') });
  await updater.push('1.1.0');
  const body = (await updater.pulls())[0]?.body ?? '';
  expect(body).toContain("- `a|b'@everyone <img src=x>.yaml:");
  expect(body.match(/^Plumbline-/gm)).toHaveLength(2);
});

test('200 images fit into the text of a pull request', async () => {
  const updater = startUpdater({ environments: { staging: { write: 'pullRequest' } } });
  const names = Array.from(
    { length: 200 },
    (_, index) => `${registryHost}/team/a-rather-long-name-of-an-application-${index}`,
  );
  const files = Object.fromEntries(names.map((name, index) => [`${index}.yaml`, aDeployment(`${name}:1.0.0`)]));
  updater.write({ 'environment.yaml': rules(...names), ...files });
  for (const name of names) updater.registry.push(repositoryOf(name), versionOf('1.0.1'));
  await updater.receive(aScan);
  const [pull] = await updater.git.pullRequests(gitRepository, work);
  expect(pull?.title).toBe('staging: 200 images');
  expect(pull?.body).toContain("and 150 more; the commit's message has them all");
  expect(pull?.body.length).toBeLessThan(60_000);
  expect(pull?.body.match(/^Plumbline-Image/gm)).toHaveLength(200);
});
