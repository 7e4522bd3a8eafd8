import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Package = { optionalDependencies?: Record<string, string>; resolved?: string; version?: string };
const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')) as {
  packages: Record<string, Package>;
};
const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));

describe('the lock file', () => {
  it('has every platform’s optional packages, or a fresh clone could not be installed', () => {
    const optional = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies),
    );
    expect(optional.filter((name) => !names.has(name))).toEqual([]);
  });

  it('names no host that packages were downloaded from', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });

  it('has the pinned versions that belong together', () => {
    const versionOf = (name: string) => packages[`node_modules/${name}`]?.version;
    expect(versionOf('aws-cdk')).toBe('2.1148.1');
    const powertools = Object.keys(packages).filter((path) => path.includes('@aws-lambda-powertools/'));
    expect(new Set(powertools.map((path) => packages[path]?.version))).toEqual(new Set(['2.35.0']));
  });
});
