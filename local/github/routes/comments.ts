import { notFound, tooLong } from '../errors.ts';
import { listAnswer } from '../pages.ts';
import { bodyOf, ok, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { accountShape, appShape, iso, nodeId } from '../shapes/common.ts';
import { repositoryApi, repositoryPage } from '../shapes/repository.ts';
import type { Comment } from '../world.ts';
import { readComments, writeComments } from './access.ts';
import { pullOf } from './pulls.ts';

const longest = 65_536;

function commentShape({ world, repository }: RepositoryCall, comment: Comment) {
  const api = repositoryApi(world, repository);
  const { app } = comment.user;
  return {
    url: `${api}/issues/comments/${comment.id}`,
    html_url: `${repositoryPage(world, repository)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${comment.number}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: accountShape(world, comment.user),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    body: comment.body,
    author_association: comment.user.type === 'Bot' ? 'NONE' : 'MEMBER',
    performed_via_github_app: app === undefined ? null : appShape(world, app),
  };
}

function checkedBody(call: RepositoryCall): string {
  const { body } = bodyOf<'issues', 'createComment'>(call);
  if ([...body].length > longest) throw tooLong('IssueComment', 'body', longest);
  return body;
}

function createComment(call: RepositoryCall) {
  const { world, repository, account } = call;
  const { number } = pullOf(call, call.params.issue_number);
  const at = world.now();
  const comment = { id: world.nextId(), number, body: checkedBody(call), user: account, createdAt: at, updatedAt: at };
  repository.comments.push(comment);
  return { status: 201, body: commentShape(call, comment) };
}

function listComments(call: RepositoryCall) {
  const { number } = pullOf(call, call.params.issue_number);
  const since = new Date(call.query.get('since') ?? 0);
  const found = call.repository.comments.filter((one) => one.number === number && one.updatedAt >= since);
  return listAnswer(call, found, (comment) => commentShape(call, comment));
}

function commentOf({ repository, params }: RepositoryCall): Comment {
  const comment = repository.comments.find(({ id }) => id === Number(params.comment_id));
  if (comment === undefined) throw notFound();
  return comment;
}

function updateComment(call: RepositoryCall) {
  const comment = commentOf(call);
  comment.body = checkedBody(call);
  comment.updatedAt = call.world.now();
  return ok(commentShape(call, comment));
}

function deleteComment(call: RepositoryCall) {
  call.repository.comments.splice(call.repository.comments.indexOf(commentOf(call)), 1);
  return { status: 204 };
}

/** Comments on pull requests, which are issues to this part of the API. */
export const commentRoutes: Route[] = [
  repositoryRoute('POST /issues/{issue_number}/comments', writeComments, createComment),
  repositoryRoute('GET /issues/{issue_number}/comments', readComments, listComments),
  repositoryRoute('GET /issues/comments/{comment_id}', readComments, (call) => ok(commentShape(call, commentOf(call)))),
  repositoryRoute('PATCH /issues/comments/{comment_id}', writeComments, updateComment),
  repositoryRoute('DELETE /issues/comments/{comment_id}', writeComments, deleteComment),
];
