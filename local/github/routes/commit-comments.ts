import { listAnswer } from '../pages.ts';
import { bodyOf, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { accountShape, iso, nodeId } from '../shapes/common.ts';
import { repositoryApi, repositoryPage } from '../shapes/repository.ts';
import type { CommitComment } from '../world.ts';
import { readContents, writeContents } from './access.ts';
import { commitOf } from './commits.ts';

function commentShape({ world, repository }: RepositoryCall, { id, sha, body, user, createdAt }: CommitComment) {
  return {
    url: `${repositoryApi(world, repository)}/comments/${id}`,
    html_url: `${repositoryPage(world, repository)}/commit/${sha}#commitcomment-${id}`,
    id,
    node_id: nodeId('CommitComment', id),
    user: accountShape(world, user),
    position: null,
    line: null,
    path: null,
    commit_id: sha,
    body,
    author_association: user.type === 'Bot' ? 'NONE' : 'MEMBER',
    created_at: iso(createdAt),
    updated_at: iso(createdAt),
  };
}

async function createComment(call: RepositoryCall) {
  const { world, repository, account } = call;
  const sha = await commitOf(call, call.params.commit_sha ?? '');
  const { body } = bodyOf<'repos', 'createCommitComment'>(call);
  const comment = { id: world.nextId(), sha, body, user: account, createdAt: world.now() };
  repository.commitComments.push(comment);
  return { status: 201, body: commentShape(call, comment) };
}

async function listComments(call: RepositoryCall) {
  const sha = await commitOf(call, call.params.commit_sha ?? '');
  const found = call.repository.commitComments.filter((comment) => comment.sha === sha);
  return listAnswer(call, found, (comment) => commentShape(call, comment));
}

/** Comments on whole commits. */
export const commitCommentRoutes: Route[] = [
  repositoryRoute('POST /commits/{commit_sha}/comments', writeContents, createComment),
  repositoryRoute('GET /commits/{commit_sha}/comments', readContents, listComments),
];
