import { GitHubError, invalid, notFound } from '../errors.ts';
import { resolveCommit } from '../git/refs.ts';
import { listAnswer, sliceOf } from '../pages.ts';
import { type Answer, bodyOf, ok, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { appShape, iso, nodeId } from '../shapes/common.ts';
import { repositoryApi, repositoryPage } from '../shapes/repository.ts';
import type { Annotation, CheckRun } from '../world.ts';
import { readChecks, writeChecks } from './access.ts';
import { commitOf } from './commits.ts';

/** GitHub takes no more annotations than this in one request; more are added by updates. */
const mostAnnotations = 50;

function checkRunShape({ world, repository }: RepositoryCall, run: CheckRun) {
  const url = `${repositoryApi(world, repository)}/check-runs/${run.id}`;
  const page = `${repositoryPage(world, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    head_sha: run.sha,
    node_id: nodeId('CheckRun', run.id),
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: iso(run.startedAt),
    completed_at: run.completedAt && iso(run.completedAt),
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    name: run.name,
    check_suite: { id: run.app.id },
    app: appShape(world, run.app),
    pull_requests: [],
  };
}

type CheckRequest = {
  name?: string;
  status?: CheckRun['status'];
  conclusion?: string;
  external_id?: string;
  details_url?: string;
  started_at?: string;
  completed_at?: string;
  output?: { title?: string; summary?: string; text?: string; annotations?: Annotation[] };
};

/** Writes what a request says over what is there. A conclusion completes the run, as on GitHub. */
function apply(run: CheckRun, request: CheckRequest, now: Date): void {
  const { output } = request;
  if ((output?.annotations?.length ?? 0) > mostAnnotations)
    throw invalid('CheckRun', 'annotations', `annotations exceeds the maximum of ${mostAnnotations}`);
  if (request.status === 'completed' && request.conclusion === undefined && run.conclusion === null)
    throw new GitHubError(422, 'Invalid request.\n\nMissing required parameter: conclusion');
  run.name = request.name ?? run.name;
  run.externalId = request.external_id ?? run.externalId;
  run.detailsUrl = request.details_url ?? run.detailsUrl;
  run.conclusion = request.conclusion ?? run.conclusion;
  run.status = request.conclusion === undefined ? (request.status ?? run.status) : 'completed';
  if (run.status === 'completed') run.completedAt ??= new Date(request.completed_at ?? now);
  const { title = run.output.title, summary = run.output.summary, text = run.output.text } = output ?? {};
  run.output = { title, summary, text };
  run.annotations.push(...(output?.annotations ?? []));
}

async function createCheckRun(call: RepositoryCall): Promise<Answer> {
  const { world, repository, app } = call;
  const request = bodyOf<'checks', 'create'>(call);
  const sha = await resolveCommit(repository.directory, request.head_sha);
  if (sha === undefined) throw new GitHubError(422, `No commit found for SHA: ${request.head_sha}`);
  const startedAt = new Date(request.started_at ?? world.now());
  const output = { title: null, summary: null, text: null };
  const empty = { conclusion: null, externalId: '', detailsUrl: null, completedAt: null, annotations: [] };
  const id = world.nextId();
  const run: CheckRun = { id, sha, name: request.name, status: 'queued', ...empty, startedAt, output, app };
  apply(run, request as CheckRequest, world.now());
  repository.checkRuns.push(run);
  return { status: 201, body: checkRunShape(call, run) };
}

function checkRunOf({ repository, params }: RepositoryCall): CheckRun {
  const run = repository.checkRuns.find(({ id }) => id === Number(params.check_run_id));
  if (run === undefined) throw notFound();
  return run;
}

function updateCheckRun(call: RepositoryCall): Answer {
  const run = checkRunOf(call);
  if (run.app !== call.app)
    throw new GitHubError(
      403,
      `Invalid app_id \`${run.app.id}\` - check run can only be modified by the GitHub App that created it.`,
    );
  apply(run, bodyOf<'checks', 'update'>(call) as CheckRequest, call.world.now());
  return ok(checkRunShape(call, run));
}

function annotationShape({ world, repository }: RepositoryCall, { sha }: CheckRun, annotation: Annotation) {
  const optional = { start_column: null, end_column: null, title: null, raw_details: null };
  const blob = `${repositoryPage(world, repository)}/blob/${sha}/${annotation.path}`;
  return { ...optional, ...annotation, blob_href: blob };
}

function listAnnotations(call: RepositoryCall): Answer {
  const run = checkRunOf(call);
  return listAnswer(call, run.annotations, (annotation) => annotationShape(call, run, annotation));
}

/** By default the newest run of each name, as GitHub filters. */
async function listCheckRuns(call: RepositoryCall): Promise<Answer> {
  const { repository, params, query } = call;
  const sha = await commitOf(call, params.ref ?? '');
  const named = query.get('check_name');
  const runs = repository.checkRuns.filter((run) => run.sha === sha && (named ?? run.name) === run.name);
  const newest = [...new Map(runs.map((run) => [run.name, run])).values()];
  const { items, headers } = sliceOf(call, query.get('filter') === 'all' ? runs : newest);
  return ok({ total_count: items.length, check_runs: items.map((run) => checkRunShape(call, run)) }, headers);
}

/** Check runs and their annotations. */
export const checkRoutes: Route[] = [
  repositoryRoute('POST /check-runs', writeChecks, createCheckRun),
  repositoryRoute('GET /check-runs/{check_run_id}', readChecks, (call) => ok(checkRunShape(call, checkRunOf(call)))),
  repositoryRoute('PATCH /check-runs/{check_run_id}', writeChecks, updateCheckRun),
  repositoryRoute('GET /check-runs/{check_run_id}/annotations', readChecks, listAnnotations),
  repositoryRoute('GET /commits/{ref}/check-runs', readChecks, listCheckRuns),
];
