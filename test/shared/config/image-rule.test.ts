import { describe, expect, it } from 'vitest';
import { imageRuleSchema, policySchema } from '../../../shared/config/image-rule.ts';
import { parseConfiguration } from '../../../shared/config/parse.ts';
import { BadInputError } from '../../../shared/errors.ts';

const policyOf = (text: string) => parseConfiguration(text, 'policy.yaml', policySchema);

function problemsOf(text: string): string[] {
  try {
    policyOf(text);
    return [];
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return error.problems.map(({ field, message }) => `${field}: ${message}`);
  }
}

describe('a policy', () => {
  it('has defaults, and reads durations as seconds', () => {
    expect(policyOf('numerical: {}\nafter: 30 minutes')).toEqual({ numerical: { order: 'asc' }, after: 1800 });
  });

  it.each([
    'semver: { range: 1.x }',
    'alphabetical: { order: desc, filter: { pattern: "^a" } }',
    'numerical: {}\nfilter: { pattern: "(?P<ts>.+)", extract: $ts }',
    'newestPushed: { filter: { pattern: "^main-" } }',
    'digest: { tag: latest }\nplatforms: [linux/amd64, linux/arm64/v8]',
    'calver: { format: YYYY.0M.MICRO }\nallow: ["^20"]\nignore: [rc]\nmutableTags: true',
  ])('may be %j', (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  const kinds = 'semver, numerical, alphabetical, calver, newestPushed, digest';
  it.each([
    ['{}', `: must have exactly one of ${kinds}; found {}`],
    ['semver: { range: 1.x }\ndigest: { tag: x }', `: must have exactly one of ${kinds}; found `],
    ['numerical: { order: up }', 'numerical.order: must be "asc" or "desc"; found "up"'],
    ['digest: { tag: "a b" }', 'digest.tag: must be a tag, such as "latest"; found "a b"'],
    ['calver: { format: releases }', 'calver.format: must be made of YYYY, YY, 0Y, MM'],
    ['calver: { format: YYYY.YY }', 'calver.format: must be made of YYYY, YY, 0Y, MM'],
    [
      'newestPushed: { filter: { pattern: "(?=x)" } }',
      'newestPushed.filter.pattern: must be a regular expression of RE2',
    ],
    [
      'numerical: {}\nfilter: { pattern: "(?P<ts>.)", extract: $time }',
      'filter.extract: names the group "time", which the pattern doesn\'t have; found "$time"',
    ],
    ['numerical: { filter: { pattern: a } }\nfilter: { pattern: b }', 'filter: stands within the kind already; found'],
    ['digest: { tag: x }\nfilter: { pattern: b }', "filter: doesn't go with digest; found"],
    ['newestPushed: {}\nallow: ["("]', 'allow[0]: must be a regular expression of RE2'],
    ['newestPushed: {}\nplatforms: [amd64]', 'platforms[0]: must be a platform such as "linux/amd64"'],
    ['newestPushed: {}\nafter: 30m', 'after: must be a duration such as "30 seconds"'],
  ])('may not be %j', (text, expected) => {
    expect(problemsOf(text)[0]).toContain(expected);
  });
});

describe('an image rule', () => {
  it('names a repository without tag', () => {
    const rule = (repository: string) =>
      imageRuleSchema.safeParse({ repository, policy: { newestPushed: {} } }).success;
    expect(rule('123456789012.dkr.ecr.eu-west-1.amazonaws.com/web')).toBe(true);
    expect(rule('123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.0.0')).toBe(false);
  });
});
