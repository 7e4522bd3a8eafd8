import { describe, expect, it } from 'vitest';
import { newCommits } from '../../../functions/source/new-commits.ts';
import { withSources } from '../../../functions/source/with-sources.ts';
import { keys } from '../../../shared/artifacts/keys.ts';
import type { Release } from '../../../shared/artifacts/release.ts';
import type { Commit } from '../../../shared/git/ports.ts';
import { createMemoryObjectStore } from '../../fakes/memory-object-store.ts';
import { aDeployerEnvironment, aRelease } from '../../support/examples.ts';

const log = { info() {}, warn() {}, error() {} };
const pin = (version: string) => `registry.example/web:${version}@sha256:${version.padEnd(64, '0')}`;
const page = 'https://github.com/example-org/web';
const commit = (revision: string, message = ''): Commit => ({
  ...{ revision, message, at: new Date(0), byApp: true, author: 'plumbline[bot]' },
});
const pinning = (version: string, { environment = 'staging', repository = page } = {}) =>
  commit(
    version,
    `web ${version}\n\nPlumbline-Environment: ${environment}\nPlumbline-Image: ${pin(version)}\nPlumbline-Source: ${repository}\nPlumbline-Revision: ${'b'.repeat(40)}`,
  );
const environment = aDeployerEnvironment({ applicationRepositories: ['example-org/*'] });
const source = (version: string) => ({ pin: pin(version), repository: page, revision: 'b'.repeat(40) });

/** Applications by the images of their artifacts; an artifact is named by its application and what is in it. */
async function sourcesOf(images: Record<string, string>, commits: Commit[], before?: Release): Promise<Release> {
  const objects = createMemoryObjectStore();
  const digests = Object.entries(images).map(
    ([name, image]) => [name, `sha256:${name}-${image}`.slice(0, 60)] as const,
  );
  for (const [name, digest] of digests)
    await objects.putOnce(
      keys.artifact('staging', digest),
      new TextEncoder().encode(JSON.stringify({ image: images[name] })),
    );
  return withSources(aRelease(Object.fromEntries(digests)), { before, commits, environment }, { objects });
}

describe('what the images of a release were built from', () => {
  it('is told of each application whose artifact has the pin', async () => {
    const { applications } = await sourcesOf({ web: pin('2'), api: 'other:1' }, [pinning('2')]);
    expect(applications.web?.sources).toEqual([source('2')]);
    expect(applications.api?.sources).toBeUndefined();
  });

  it('is still known at a revision that says nothing of it', async () => {
    const first = await sourcesOf({ web: pin('2') }, [pinning('2')]);
    expect((await sourcesOf({ web: pin('2') }, [], first)).applications.web?.sources).toEqual([source('2')]);
  });

  it('is no longer said once another version runs', async () => {
    const first = await sourcesOf({ web: pin('2') }, [pinning('2')]);
    const reverted = await sourcesOf({ web: pin('1') }, [commit('revert')], first);
    expect(reverted.applications.web?.sources).toBeUndefined();
  });

  it('reads no artifact that has not changed, however many applications there are', async () => {
    const before = await sourcesOf({ web: pin('1'), api: 'other:1' }, [pinning('1')]);
    const after = aRelease({
      web: before.applications.web?.artifact?.digest,
      api: before.applications.api?.artifact?.digest,
    });
    const objects = { get: () => Promise.reject(new Error('nothing is to be read')) } as never;
    const { applications } = await withSources(after, { before, commits: [pinning('2')], environment }, { objects });
    expect(applications.web?.sources).toEqual([source('1')]);
  });

  it.each([
    ['of another environment', pinning('2', { environment: 'production' })],
    ['of a repository that deployer.yaml doesn’t list', pinning('2', { repository: 'https://github.com/evil/web' })],
    ['of an image that isn’t there', pinning('3')],
  ])('is not taken from a commit that speaks %s', async (_name, told) => {
    expect((await sourcesOf({ web: pin('2') }, [told])).applications.web?.sources).toBeUndefined();
  });
});

describe('the commits that a head brings', () => {
  const history = ['d', 'c', 'b', 'a'].map((revision) => commit(revision));
  const git = { history: async () => history } as never;
  const ask = (since: string | undefined, head: string | undefined = 'd') =>
    newCommits({ environment, head, since }, { git, log });
  const revisions = async (since: string | undefined) => (await ask(since)).map(({ revision }) => revision);

  it.each([
    ['b', ['d', 'c']],
    ['c', ['d']],
    ['d', ['d']],
    [undefined, ['d']],
    ['elsewhere', ['d']],
  ])('since %s are %j', async (since, expected) => {
    expect(await revisions(since)).toEqual(expected);
  });

  it('are none of a branch that isn’t there, or where GitHub doesn’t tell', async () => {
    expect(await newCommits({ environment, head: undefined, since: 'a' }, { git, log })).toEqual([]);
    const failing = { history: () => Promise.reject(new Error('throttled')) } as never;
    expect(await newCommits({ environment, head: 'd', since: 'a' }, { git: failing, log })).toEqual([]);
  });
});
