import { describe, expect, it } from 'vitest';
import { findInIndex } from '../../../shared/charts/read-index.ts';

/** As `helm repo index` writes it. */
const index = `apiVersion: v1
entries:
  # of the team
  web:
  - annotations:
      note: |
        version: 1.2.3
    apiVersion: v2
    dependencies:
    - name: db
      repository: https://example.com
      version: 1.2.3
    digest: 0123
    name: web
    urls:
    - https://example.com/web-1.3.0.tgz
    version: 1.3.0
  - apiVersion: v2
    name: web
    urls:
    - charts/web-1.2.3.tgz
    - https://mirror.example.com/web-1.2.3.tgz
    version: 1.2.3
  web-extra:
  - name: web-extra
    urls: [web-extra-1.2.4.tgz]
    version: "1.2.4"
generated: "2026-01-02T03:04:05Z"
`;

const urlOf = (name: string, version: string, text = index) => findInIndex(text, { name, version });

describe('the index of a chart repository', () => {
  it.each<[string, string, string | undefined]>([
    ['web', '1.2.3', 'charts/web-1.2.3.tgz'],
    ['web', '1.3.0', 'https://example.com/web-1.3.0.tgz'],
    ['web-extra', '1.2.4', 'web-extra-1.2.4.tgz'],
    ['web', '1.2.4', undefined],
    ['web-extra', '1.2.3', undefined],
    ['other', '1.2.3', undefined],
    ['apiVersion', 'v1', undefined],
  ])('has %s %s at %s', (name, version, url) => {
    expect(urlOf(name, version)).toBe(url);
  });

  it.each<[string, string]>([
    [
      'with its lists indented',
      'entries:\n    web:\n        - urls:\n            - charts/web-1.2.3.tgz\n          version: 1.2.3\n    x:\n        - version: 1.2.3\n',
    ],
    ['with another entry behind it', index.replace('generated:', 'z:\n  - a\ngenerated:')],
    ['with names in quotes', index.replace('  web:', '  "web":')],
    ['with line ends of Windows', index.replaceAll('\n', '\r\n')],
    ['as JSON', JSON.stringify({ entries: { web: [{ version: '1.2.3', urls: ['charts/web-1.2.3.tgz'] }] } })],
    ['in brackets', 'entries: {web: [{version: 1.2.3, urls: [charts/web-1.2.3.tgz]}]}'],
  ])('may be written %s', (_name, text) => {
    expect(urlOf('web', '1.2.3', text)).toBe('charts/web-1.2.3.tgz');
  });

  it('may have fifty megabytes', () => {
    const filler = Array.from(
      { length: 5000 },
      (_, chart) =>
        `  chart-${chart}:\n${`  - name: chart\n    urls: [x]\n    version: 1.0.0\n    description: ${'x'.repeat(900)}\n`.repeat(10)}`,
    ).join('');
    const large = index.replace('  web:', `${filler}  web:`);
    expect(large.length).toBeGreaterThan(45_000_000);
    const started = performance.now();
    expect(urlOf('web', '1.2.3', large)).toBe('charts/web-1.2.3.tgz');
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it.each<[string, string, string]>([
    ['a page', '<html></html>', 'is not one'],
    ['broken JSON', '{"entries": ', 'is not one'],
    ['broken YAML', 'entries:\n  web:\n  - version: 1.2.3\n   urls: [x', 'is not valid YAML'],
    [
      'something large that Helm has not written',
      `entries: {web: [${'x,'.repeat(600_000)}]}`,
      'is too large for its form',
    ],
    [
      'something that expands without end',
      `entries: {web: [&a [x,x,x,x,x,x,x,x,x,x], &b [${Array(10).fill('*a')}], &c [${Array(10).fill('*b')}], ${Array(10).fill('*c')}]}`,
      'expands without end',
    ],
    ['nothing', '', 'is not one'],
  ])('is not %s', (_name, text, why) => {
    expect(() => urlOf('web', '1.2.3', text)).toThrow(`the index.yaml of the chart repository ${why}`);
  });
});
