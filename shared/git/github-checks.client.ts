import { type Access, splitName, type Task } from './github-access.client.ts';
import type { Annotation, Check, PullRequestVoice } from './pull-request-ports.ts';

type Own = { access: Access; appId: number };

/** Needs "Checks: write" and "Pull requests: write". @param own `appId`: whose checks and comments are ours */
export const createPullRequestVoice = (own: Own): PullRequestVoice => ({
  check: (repository, revision, name) => findCheck(own, { repository, revision, name }),
  async addCheck(repository, revision, { name, ...check }) {
    const parameters = { ...splitName(repository), head_sha: revision, name, ...bodyOf(check) };
    const { data } = await own.access(writingChecks(repository), (client) =>
      client.request('POST /repos/{owner}/{repo}/check-runs', parameters),
    );
    return data.html_url ?? '';
  },
  async changeCheck(repository, id, check) {
    const parameters = { ...splitName(repository), check_run_id: id, ...bodyOf(check) };
    await own.access(writingChecks(repository), (client) =>
      client.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', parameters),
    );
  },
  comment: (repository, number, marker) => findComment(own, { repository, number, marker }),
  async addComment(repository, number, body) {
    const parameters = { ...splitName(repository), issue_number: number, body };
    await own.access(writingComments(repository), (client) =>
      client.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', parameters),
    );
  },
  async changeComment(repository, id, body) {
    const parameters = { ...splitName(repository), comment_id: id, body };
    await own.access(writingComments(repository), (client) =>
      client.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', parameters),
    );
  },
});

const writingChecks = (repository: string): Task => ({
  repository,
  doing: 'write the check of a pull request in',
  needs: { checks: 'write' },
});

const writingComments = (repository: string): Task => ({
  repository,
  doing: 'comment on a pull request in',
  needs: { pull_requests: 'write' },
});

type CheckPlace = { repository: string; revision: string; name: string };

/** Another App may have a check of the same name. */
function findCheck({ access, appId }: Own, { repository, revision, name }: CheckPlace) {
  const task: Task = { repository, doing: `read the checks of ${revision} in`, needs: { checks: 'read' } };
  return access(task, async (client) => {
    const filter = { check_name: name, app_id: appId, filter: 'latest' } as const;
    const parameters = { ...splitName(repository), ref: revision, ...filter };
    const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', parameters);
    const found = data.check_runs.find(({ app }) => app?.id === appId);
    if (found === undefined) return undefined;
    const { id, external_id, status, html_url } = found;
    return { id: Number(id), digest: external_id ?? '', isOver: status === 'completed', url: html_url ?? '' };
  });
}

/** A conclusion completes it. */
const bodyOf = ({ digest, conclusion, title, summary, text, annotations }: Check) => ({
  external_id: digest,
  ...(conclusion === undefined ? { status: 'in_progress' as const } : { conclusion }),
  output: { title, summary, text, annotations: annotations.map(toAnnotation) },
});

const toAnnotation = ({ path, line, level, title, message }: Annotation) => ({
  path,
  start_line: line,
  end_line: line,
  annotation_level: level,
  title,
  message,
});

type CommentPlace = { repository: string; number: number; marker: string };

const mostPages = 10;

/** Whatever others write into their comments: only our App's own are ours, and those of other environments have other beginnings. */
function findComment({ access, appId }: Own, { repository, number, marker }: CommentPlace) {
  const needs: Task['needs'] = { pull_requests: 'read' };
  const task: Task = { repository, doing: `read the comments on the pull request ${number} of`, needs };
  return access(task, async (client) => {
    const parameters = { ...splitName(repository), issue_number: number, per_page: 100 };
    let pages = 0;
    const pagesOf = client.paginate.iterator('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', parameters);
    for await (const { data } of pagesOf) {
      const found = data.find(
        ({ body, performed_via_github_app: app }) => app?.id === appId && body?.startsWith(marker),
      );
      if (found !== undefined) return { id: Number(found.id), body: found.body ?? '' };
      pages += 1;
      if (pages === mostPages) break;
    }
    return undefined;
  });
}
