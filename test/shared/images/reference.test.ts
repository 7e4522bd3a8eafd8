import { describe, expect, test } from 'vitest';
import { isAllowedRepository } from '../../../shared/images/allowed.ts';
import {
  formatEcrRepository,
  formatPin,
  isTag,
  parseEcrRepository,
  parseReference,
  shortName,
} from '../../../shared/images/reference.ts';
import { digestOf } from './versions.ts';

const digest = digestOf('x');
const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

describe('parseReference', () => {
  test.each([
    ['nginx', { repository: 'nginx' }],
    ['nginx:1.27', { repository: 'nginx', tag: '1.27' }],
    ['registry:5000/team/app', { repository: 'registry:5000/team/app' }],
    ['registry:5000/team/app:1.0.0', { repository: 'registry:5000/team/app', tag: '1.0.0' }],
    [`app@${digest}`, { repository: 'app', digest }],
    [`registry:5000/app:1.0.0@${digest}`, { repository: 'registry:5000/app', tag: '1.0.0', digest }],
  ])('takes "%s" apart', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test.each([
    '',
    ':1.0.0',
    'app:',
    'app:a b',
    'app@sha256:12',
    `app@${digest}@${digest}`,
    `app:${'a'.repeat(129)}`,
    'a b',
  ])('does not take "%s" for an image', (text) => {
    expect(parseReference(text)).toBeUndefined();
  });

  test('reads back what formatPin writes', () => {
    const pin = { repository: `${registry}/app`, tag: '1.0.0', digest };
    expect(formatPin(pin)).toBe(`${registry}/app:1.0.0@${digest}`);
    expect(parseReference(formatPin(pin))).toEqual(pin);
  });
});

describe('parseEcrRepository', () => {
  test.each([
    [`${registry}/app`, { account: '123456789012', region: 'eu-west-1', name: 'app' }],
    [`${registry}/team/app_1.x`, { account: '123456789012', region: 'eu-west-1', name: 'team/app_1.x' }],
    [
      '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app',
      { account: '123456789012', region: 'cn-north-1', name: 'app' },
    ],
    [
      '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/app',
      { account: '123456789012', region: 'us-gov-west-1', name: 'app' },
    ],
    ['123456789012.dkr-ecr.eu-west-1.on.aws/app', { account: '123456789012', region: 'eu-west-1', name: 'app' }],
  ])('reads %s', (text, expected) => {
    expect(parseEcrRepository(text)).toEqual(expected);
  });

  test.each([
    'app',
    'docker.io/library/nginx',
    `${registry}/`,
    `${registry}/App`,
    `${registry}/app:1.0.0`,
    `${registry}/../app`,
    `${registry}.example.com/app`,
    '12345.dkr.ecr.eu-west-1.amazonaws.com/app',
  ])('does not take "%s" for an ECR repository', (text) => {
    expect(parseEcrRepository(text)).toBeUndefined();
  });

  test.each([`${registry}/app`, '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app'])(
    'is the inverse of formatEcrRepository: %s',
    (text) => {
      const repository = parseEcrRepository(text);
      expect(repository && formatEcrRepository(repository)).toBe(text);
    },
  );
});

test('people call an image by the last part of its name', () => {
  expect(shortName(`${registry}/team/app`)).toBe('app');
  expect(shortName('nginx')).toBe('nginx');
});

test.each([
  ['1.0.0', true],
  ['a'.repeat(128), true],
  ['a'.repeat(129), false],
  ['1.0.0\n', false],
  ['_x', true],
  ['-x', false],
])('isTag(%j) is %s', (text, expected) => {
  expect(isTag(text)).toBe(expected);
});

describe('isAllowedRepository', () => {
  test.each([
    { repository: `${registry}/app`, pattern: `${registry}/app`, allowed: true },
    { repository: `${registry}/app`, pattern: `${registry}/*`, allowed: true },
    { repository: `${registry}/team/app`, pattern: `${registry}/*`, allowed: true },
    { repository: `${registry}/team/app`, pattern: `${registry}/team/*`, allowed: true },
    { repository: `${registry}/app-web`, pattern: `${registry}/*-web`, allowed: true },
    { repository: `${registry}/a-b-c`, pattern: `${registry}/a*b*c`, allowed: true },
    { repository: `${registry}/app2`, pattern: `${registry}/app`, allowed: false },
    { repository: `${registry}/aba`, pattern: `${registry}/ab*ba`, allowed: false },
    { repository: 'evil.example/app', pattern: `${registry}/*`, allowed: false },
    { repository: `evil.example/${registry}/app`, pattern: `${registry}/*`, allowed: false },
    { repository: `${registry}/axc`, pattern: `${registry}/a.c`, allowed: false },
  ])('$repository by $pattern: $allowed', ({ repository, pattern, allowed }) => {
    expect(isAllowedRepository(repository, [pattern])).toBe(allowed);
  });

  test('nothing is allowed where nothing is named', () => {
    expect(isAllowedRepository(`${registry}/app`, [])).toBe(false);
  });

  test('a hostile pattern takes no time', () => {
    const began = performance.now();
    expect(isAllowedRepository('a'.repeat(50_000), [`${'*a'.repeat(20_000)}b`])).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
