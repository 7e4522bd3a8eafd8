import { randomBytes } from 'node:crypto';
import { notFound } from '../errors.ts';
import { archive } from '../git/tree.ts';
import { type Answer, ok, type RepositoryCall, type Route, repositoryRoute, visibleCommit } from '../router.ts';
import type { Repository, World } from '../world.ts';
import { readContents } from './access.ts';
import { missing } from './refs.ts';

export type Archives = {
  routes: Route[];
  /** Serves what a redirect named: `/codeload/OWNER/REPO/legacy.tar.gz/SHA?token=…`. @throws GitHubError 404 */
  download: (path: string, token: string) => Promise<Answer>;
};

type Grant = { repository: Repository; sha: string; expiresAt: Date };

/** A commit's tree as tar.gz, from another address as on GitHub: its link needs no credentials and lives five minutes. */
export function createArchives(world: World): Archives {
  const grants = new Map<string, Grant>();

  async function redirect(call: RepositoryCall): Promise<Answer> {
    const { repository, params } = call;
    const sha = await visibleCommit(call, params.ref ?? '');
    if (sha === undefined) throw await missing(repository);
    const token = randomBytes(15).toString('base64url');
    grants.set(token, { repository, sha, expiresAt: new Date(world.now().getTime() + 300_000) });
    const location = `${world.url}${archivePath(repository, sha)}?token=${token}`;
    return { status: 302, headers: { location } };
  }

  async function download(path: string, token: string): Promise<Answer> {
    const grant = grants.get(token);
    if (grant === undefined || grant.expiresAt < world.now()) throw notFound();
    const { repository, sha } = grant;
    if (path !== archivePath(repository, sha)) throw notFound();
    const folder = `${repository.owner}-${repository.name}-${sha.slice(0, 7)}`;
    const headers = {
      'content-type': 'application/x-gzip',
      'content-disposition': `attachment; filename=${folder}.tar.gz`,
    };
    return ok(await archive(repository.directory, sha, folder), headers);
  }

  return { routes: [repositoryRoute('GET /tarball/{ref}', readContents, redirect)], download };
}

const archivePath = ({ fullName }: Repository, sha: string) => `/codeload/${fullName}/legacy.tar.gz/${sha}`;
