import { describe, expect, it } from 'vitest';
import { chartCredentialsSchema, chartPatternSchema, chartSchema } from '../../../shared/config/chart.ts';

const chart = { repository: 'oci://example.com/charts', name: 'web', version: '1.2.3' };
const isAccepted = (part: object) => chartSchema.safeParse({ ...chart, ...part }).success;

describe('a chart of a chart repository', () => {
  it.each([
    'oci://example.com/charts',
    'oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/team',
    'https://example.com',
    'https://charts.example.com:8443/stable/v1.0/~team',
    'http://127.0.0.1:5000',
    'oci://localhost:5000/charts',
    'http://[::1]:5000/charts',
  ])('may be at %s', (repository) => {
    expect(isAccepted({ repository })).toBe(true);
  });

  it('is at the same address with a slash behind it', () => {
    expect(chartSchema.parse({ ...chart, repository: 'https://example.com/charts/' }).repository).toBe(
      'https://example.com/charts',
    );
  });

  it.each([
    'http://example.com/charts',
    'file:///etc/charts',
    'https://user:password@example.com/charts',
    'https://example.com/charts?token=x',
    'https://example.com/charts/../other',
    'https://example.com/%2e%2e/other',
    'https://example.com//charts',
    'https://EXAMPLE.com/charts',
    'https://example.com/charts#x',
    'https://exa mple.com',
    'http://127.0.0.1.example.com/charts',
    'http://localhost@example.com/charts',
    'oci://',
    'example.com/charts',
  ])('may not be at %s', (repository) => {
    expect(isAccepted({ repository })).toBe(false);
  });

  it.each<[object, boolean]>([
    [{ version: 'v1.2.3-rc.1+build.5' }, true],
    [{ version: '1.2' }, false],
    [{ version: '^1.2.3' }, false],
    [{ version: '*' }, false],
    [{ name: 'cert-manager' }, true],
    [{ name: '../web' }, false],
    [{ name: 'team/web' }, false],
    [{ digest: `sha256:${'0'.repeat(64)}` }, true],
    [{ digest: '0'.repeat(64) }, false],
    [{ tag: 'x' }, false],
  ])('is pinned by what names one: %j: %s', (part, expected) => {
    expect(isAccepted(part)).toBe(expected);
  });
});

describe('what deployer.yaml allows', () => {
  it.each<[string, boolean]>([
    ['https://example.com/charts/*', true],
    ['oci://example.com/*/web', true],
    ['oci://example.com/team-*/*', true],
    ['http://127.0.0.1:5000/*', true],
    ['https://*.example.com/charts/*', false],
    ['https://*', false],
    ['*', false],
    ['example.com/*', false],
    ['http://example.com/*', false],
  ])('%s: %s', (pattern, expected) => {
    expect(chartPatternSchema.safeParse(pattern).success).toBe(expected);
  });
});

describe('credentials of charts', () => {
  const isTaken = (charts: string) => chartCredentialsSchema.safeParse({ charts, secret: 'charts' }).success;

  it('are for charts of one host', () => {
    expect(isTaken('oci://ghcr.io/example-org/*')).toBe(true);
    expect(isTaken('oci://*/example-org/web')).toBe(false);
  });

  it('are not for ECR, which nobody would use them for', () => {
    expect(isTaken('oci://111122223333.dkr.ecr.eu-west-1.amazonaws.com/charts/*')).toBe(false);
  });
});
