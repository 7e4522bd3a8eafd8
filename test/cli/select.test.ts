import { describe, expect, test } from 'vitest';
import { digestOf } from '../shared/images/versions.ts';
import { startInFolder } from '../support/command.ts';

const tags = ['1.0.0', '1.10.0', '1.9.0', '2.0.0', 'latest'];
const list = (...lines: string[]) => `${lines.join('\n')}\n`;
const select = (policy: string, input: string, ...more: string[]) =>
  startInFolder({}).plumbline(['select', '--policy', policy, ...more], input);

describe('plumbline select', () => {
  test('prints the version that the policy chooses of the tags on standard input', async () => {
    expect(await select('{"semver":{"range":"1.x"}}', list(...tags))).toEqual({
      code: 0,
      stdout: '1.10.0\n',
      stderr: '',
    });
  });

  test('reads policy and tags from files, and explains every other tag', async () => {
    const { plumbline } = startInFolder({
      'policy.yaml': 'semver:\n  range: 1.x\nignore: ["^1\\\\.10\\\\."]\n',
      'tags.txt': list(...tags, '', '# a comment'),
    });
    expect(await plumbline(['select', '--policy', 'policy.yaml', '--tags', 'tags.txt', '--explain'])).toEqual({
      code: 0,
      stdout: list(
        '1.9.0',
        '1.0.0: is not newer than 1.9.0',
        '1.10.0: is ignored by "^1\\.10\\."',
        '2.0.0: is outside the range "1.x"',
        'latest: is not a semantic version',
      ),
      stderr: '',
    });
  });

  test('takes a policy with its rule around it', async () => {
    const rule = '{"repository":"x","policy":{"alphabetical":{"order":"desc"}}}';
    expect((await select(rule, list('b', 'a'))).stdout).toBe('a\n');
  });

  test.each([
    { policy: '{"newestPushed":{}}', chosen: 'old-name' },
    { policy: '{"newestPushed":{"filter":{"pattern":"^main-"}}}', chosen: 'main-2' },
    { policy: '{"digest":{"tag":"latest"}}', chosen: 'latest' },
    {
      policy: '{"numerical":{},"filter":{"pattern":"^main-(?P<n>[0-9]+)$","extract":"$n"},"after":"1 hour"}',
      chosen: 'main-1',
    },
  ])('knows digests and push times: $policy chooses $chosen', async ({ policy, chosen }) => {
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const lines = list(
      `main-1 ${digestOf('1')} ${minutesAgo(120)}`,
      `main-2\t${minutesAgo(30)}`,
      `latest,${digestOf('3')}`,
      `old-name ${Math.floor(Date.now() / 1000)}`,
    );
    expect((await select(policy, lines)).stdout).toBe(`${chosen}\n`);
  });

  test('fault 23: hostile lines are filtered, never chosen', async () => {
    const hostile = ['v9;rm', `9.0.0-${'a'.repeat(500)}`, '９.0.0', '9.0.0\u0000', '9.0.0\u001b[31m', '"9.0.0"'];
    const { stdout, stderr } = await select('{"semver":{"range":"*"}}', list(...hostile, '1.0.0'), '--explain');
    expect(stderr).toBe('');
    expect(stdout).toContain('"9.0.0\\u001b[31m": is not');
    expect(stdout.split('\n')[0]).toBe('1.0.0');
    expect(stdout.match(/: is not a tag or digest that a container runtime accepts$/gm)).toHaveLength(hostile.length);
  });

  test('says with its line what stands behind a tag and can not be read, and never chooses it', async () => {
    const lines = list(
      '1.0.0',
      '2.0.0 yesterday',
      '',
      '3.0.0 sha256:1',
      `4.0.0 ${digestOf('4')} 2026-13-01`,
      'v9; rm -rf /',
    );
    const { code, stdout, stderr } = await select('{"semver":{"range":"*"}}', lines);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1.0.0\n' });
    expect(stderr.match(/^warning: standard input:\d: "\S+/gm)).toEqual([
      'warning: standard input:2: "2.0.0',
      'warning: standard input:4: "3.0.0',
      'warning: standard input:5: "4.0.0',
      'warning: standard input:6: "v9;',
    ]);
    expect(stderr).toContain('"2.0.0 yesterday" must be a tag, and behind it at most a digest');
  });

  test('reads a list with a byte order mark and CRLF', async () => {
    expect(await select('{"semver":{"range":"*"}}', '\uFEFF1.1.0\r\n1.0.0\r\n')).toMatchObject({ stdout: '1.1.0\n' });
  });

  test('says that newestPushed needs push times', async () => {
    const { stdout, stderr } = await select('{"newestPushed":{}}', list('new', 'old 2026-01-01T00:00:00Z'));
    expect(stdout).toBe('old\n');
    expect(stderr).toBe(
      "warning: the list doesn't say when 1 of 2 tags were pushed; they count as older than the others\n",
    );
  });

  test('ends with 1 for an empty list', async () => {
    expect(await select('{"semver":{"range":"*"}}', '\n# nothing\n')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: the list of tags is empty: there is nothing to choose from\n',
    });
  });

  test.each([
    ['{"semver":{"range":"1.x"}}', '1.10.0'],
    ['{"semver":{"range":">=1.0.0-0"}}', '3.0.0-rc.1'],
    ['{"numerical":{"order":"asc"}}', '20260103'],
    ['{"numerical":{"order":"desc"}}', '7'],
    ['{"alphabetical":{"filter":{"pattern":"^[a-z]"}}}', 'nightly'],
    ['{"calver":{"format":"YYYY0M0D"}}', '20260103'],
    ['{"newestPushed":{"filter":{"pattern":"^[0-9]+$"}}}', '7'],
    ['{"digest":{"tag":"nightly"}}', 'nightly'],
  ])('knows every kind: %s chooses %s', async (policy, chosen) => {
    const tags = ['1.10.0', '1.9.0', '3.0.0-rc.1', '20260103', '20260102', '7', 'nightly', 'main'];
    const lines = tags.map((tag, index) => `${tag} 2026-01-0${index + 1}T00:00:00Z`);
    expect(await select(policy, list(...lines))).toEqual({ code: 0, stdout: `${chosen}\n`, stderr: '' });
  });

  test('ends with 1 and says why when there is nothing to choose', async () => {
    expect(await select('{"semver":{"range":"3.x"}}', list(...tags))).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: none of the 5 tagged images satisfies the range "3.x"\n',
    });
  });

  test("says that a list of tags doesn't know platforms", async () => {
    const { code, stderr } = await select('{"semver":{"range":"1.x"},"platforms":["linux/amd64"]}', list(...tags));
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^warning: .*platforms/) });
  });

  test.each([
    ['{"semver":{"range":"new"}}', 'error: --policy:1: semver.range: must be a version range such as'],
    ['{"newest":{}}', 'error: --policy:1: newest: is not a known field'],
    ['policy.yaml', 'error: there is no file policy.yaml that can be read'],
  ])('refuses the policy %s', async (policy, expected) => {
    const { code, stdout, stderr } = await select(policy, list(...tags));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(expected);
  });
});
