import { describe, expect, test } from 'vitest';
import { RefusedError, TryAgainError } from '../../../shared/errors.ts';
import { explainGitHubError } from '../../../shared/git/github-errors.ts';

const attempt = {
  appId: 102,
  repository: 'example-org/example-environment',
  doing: 'commit to the branch staging of',
  permission: 'Contents: write',
};
const explain = (error: unknown) => explainGitHubError(error, attempt);
const graphql = (type: string, message: string) => ({ message, headers: {}, errors: [{ type, message }] });
const rest = (status: number, message: string, headers: Record<string, string> = {}) => ({
  status,
  message,
  response: { headers },
});

describe('explainGitHubError', () => {
  test.each([
    graphql('BRANCH_PROTECTION_RULE_VIOLATION', 'Changes must be made through a pull request.'),
    graphql('UNPROCESSABLE', 'Repository rule violations found\n\nCommits must have verified signatures.\n'),
    rest(409, 'Repository rule violations found'),
  ])('fault 14: names the setting of a protected branch (%#)', (error) => {
    const explained = explain(error);
    expect(explained).toBeInstanceOf(RefusedError);
    expect(explained.message).toMatch(/The branch is protected: add the App 102 to the bypass list/);
  });

  test.each([
    graphql('FORBIDDEN', 'Resource not accessible by integration'),
    graphql('NOT_FOUND', 'Could not resolve to a Repository'),
    rest(403, 'Resource not accessible by integration'),
    rest(404, 'Not Found'),
  ])('fault 14: names the permission (%#)', (error) => {
    const explained = explain(error);
    expect(explained).toBeInstanceOf(RefusedError);
    expect(explained.message).toMatch(/have the permission "Contents: write"/);
  });

  test.each([
    [rest(403, 'You have exceeded a secondary rate limit.', { 'retry-after': '30' }), 30],
    [rest(429, 'Too Many Requests'), undefined],
    [graphql('RATE_LIMITED', 'API rate limit exceeded'), undefined],
    [
      rest(403, 'Forbidden', {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1767322860',
        date: 'Fri, 02 Jan 2026 03:00:00 GMT',
      }),
      60,
    ],
    [rest(502, 'Server Error'), undefined],
    [new TypeError('fetch failed'), undefined],
    ['nonsense', undefined],
  ])('fault 18: tries again later, when GitHub says (%#)', (error, afterSeconds) => {
    const explained = explain(error);
    expect(explained).toBeInstanceOf(TryAgainError);
    expect(explained).toMatchObject({ retryable: true, afterSeconds });
  });

  test('repeats what GitHub said, on one line and not without end', () => {
    const { message } = explain(rest(418, `a\nb ${'x'.repeat(10_000)}`));
    expect(message).toMatch(
      /^could not commit to the branch staging of example-org\/example-environment: GitHub answered 418 a b x+$/,
    );
    expect(message.length).toBeLessThan(700);
  });
});
