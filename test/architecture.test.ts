import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

type Import = { module: string; typeOnly: boolean };
type Source = { path: string; text: string; imports: Import[] };

/** Static and dynamic imports and re-exports; relative ones as paths from the repository's root. */
function importsOf(path: string, text: string): Import[] {
  const statements =
    /^\s*(?:import|export)\b(\s+type\b)?(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;
  return [...text.matchAll(statements)].map(([, type, statical, dynamic]) => {
    const module = statical ?? dynamic ?? '';
    const target = module.startsWith('.') ? relative(root, resolve(root, dirname(path), module)) : module;
    return { module: target, typeOnly: type !== undefined };
  });
}

const read = (path: string): Source => {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, text, imports: importsOf(path, text) };
};
const sources = globSync('{infra,functions,shared,cli,local,test}/**/*.ts', { cwd: root }).sort().map(read);
const under = (folder: string) => sources.filter(({ path }) => path.startsWith(`${folder}/`));

/** `file → module` for each import that the rule forbids. */
const forbidden = (files: Source[], rule: (module: string, found: Import, file: Source) => boolean) =>
  files.flatMap((file) =>
    file.imports.filter((found) => rule(found.module, found, file)).map(({ module }) => `${file.path} → ${module}`),
  );

const isHandler = (path: string) => /^functions\/[^/]+\/handler\.ts$/.test(path);
const isClient = (path: string) => path.endsWith('.client.ts');
/** Of these, `@octokit/webhooks` only computes: the signature of a body. */
const isSdk = (module: string) =>
  /^(@aws-sdk\/|@smithy\/|@aws-crypto\/|@octokit\/|@kubernetes\/client-node|undici)/.test(module) &&
  module !== '@octokit/webhooks';
const inside = (module: string, ...folders: string[]) => folders.some((folder) => module.startsWith(`${folder}/`));

/** What `infra/` may take from `shared/`: configuration, names, and the errors that configuration gives. */
const namesAndConfiguration = [
  /^shared\/config\//,
  /^shared\/environment-variables\.ts$/,
  /^shared\/metrics\.ts$/,
  /^shared\/(artifacts|state)\/keys\.ts$/,
  /^shared\/kubernetes\/names\.ts$/,
  /^shared\/errors\.ts$/,
  /^shared\/notices\/event\.ts$/,
  /^shared\/images\/repository-pattern\.ts$/,
];

describe('the scan', () => {
  it('finds imports of every form', () => {
    const text = `import { a } from './a.ts';
import type { B } from '../b/b.ts';
import 'side-effect';
export { c } from './c.ts';
export type { D } from 'd';
import {
  e,
} from '@aws-sdk/client-e';
const f = await import('./f.ts');
const text = 'import nothing';
export const more = ['infra/x.ts'];`;
    expect(importsOf('shared/x/x.ts', text)).toEqual([
      { module: 'shared/x/a.ts', typeOnly: false },
      { module: 'shared/b/b.ts', typeOnly: true },
      { module: 'side-effect', typeOnly: false },
      { module: 'shared/x/c.ts', typeOnly: false },
      { module: 'd', typeOnly: true },
      { module: '@aws-sdk/client-e', typeOnly: false },
      { module: 'shared/x/f.ts', typeOnly: false },
    ]);
  });

  it.each(['infra', 'functions', 'shared', 'local', 'test'])('reads %s/', (folder) => {
    expect(under(folder).length).toBeGreaterThan(5);
  });

  it('understands what it reads: every relative import leads to a file', () => {
    const known = new Set(sources.map(({ path }) => path));
    const local = (module: string) => inside(module, 'infra', 'functions', 'shared') && module.endsWith('.ts');
    expect(forbidden(sources, (module) => local(module) && !known.has(module))).toEqual([]);
  });
});

describe('one direction', () => {
  it('functions never import each other', () => {
    const folderOf = (path: string) => path.split('/').slice(0, 2).join('/');
    const other = (module: string, { path }: Source) => folderOf(module) !== folderOf(path);
    expect(
      forbidden(under('functions'), (module, _, file) => inside(module, 'functions') && other(module, file)),
    ).toEqual([]);
  });

  it('functions import nothing of infra, cli, local or test', () => {
    expect(forbidden(under('functions'), (module) => inside(module, 'infra', 'cli', 'local', 'test'))).toEqual([]);
  });

  it('shared imports nothing but shared', () => {
    const upstream = ['functions', 'infra', 'cli', 'local', 'test'];
    expect(forbidden(under('shared'), (module) => inside(module, ...upstream))).toEqual([]);
  });

  it('infra takes only names and configuration from shared, and nothing of the rest', () => {
    const allowed = (module: string) => namesAndConfiguration.some((pattern) => pattern.test(module));
    expect(
      forbidden(
        under('infra'),
        (module) =>
          inside(module, 'functions', 'cli', 'local', 'test') || (inside(module, 'shared') && !allowed(module)),
      ),
    ).toEqual([]);
  });
});

describe('the pure core', () => {
  const core = sources.filter(({ path }) => inside(path, 'shared', 'functions') && !isClient(path) && !isHandler(path));

  it('imports no SDK, not even its types', () => {
    expect(forbidden(core, isSdk)).toEqual([]);
  });

  it('imports no client: handlers hand the ports in', () => {
    expect(forbidden(core, (module, { typeOnly }) => isClient(module) && !typeOnly)).toEqual([]);
  });
});

describe('the environment', () => {
  const reads = (text: string) => /\bprocess\.env\b|\brequireVariable\(/.test(text);

  it('is read by handlers only', () => {
    const readers = sources.filter(({ path, text }) => inside(path, 'shared', 'functions', 'infra') && reads(text));
    expect(readers.map(({ path }) => path).filter((path) => !isHandler(path))).toEqual([
      'shared/environment-variables.ts',
    ]);
  });
});

describe('the sources', () => {
  it('have no any', () => {
    const withAny = sources.filter(({ text }) =>
      /(?::|\bas|<|\|)\s*any\b(?!\s*(?:thing|where))|\bany\[\]/.test(code(text)),
    );
    expect(withAny.map(({ path }) => path)).toEqual([]);
  });

  it('stay short: no file over 250 lines', () => {
    const written = sources.filter(({ path }) => inside(path, 'infra', 'functions', 'shared', 'cli', 'local'));
    expect(written.filter(({ text }) => text.split('\n').length > 251).map(({ path }) => path)).toEqual([]);
  });
});

/** Without comments and texts, in which the word is just a word. */
const code = (text: string) =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, '""');
