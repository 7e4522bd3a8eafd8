import { GitHubError, notFound, tooLong } from '../errors.ts';
import { writeMerge } from '../git/merge.ts';
import { isAncestor, resolveCommit, updateRef } from '../git/refs.ts';
import { listAnswer } from '../pages.ts';
import { announce } from '../ref-changes.ts';
import { type Answer, bodyOf, ok, type RepositoryCall, type Route, repositoryRoute } from '../router.ts';
import { accountShape, appShape, iso, nodeId } from '../shapes/common.ts';
import { repositoryApi } from '../shapes/repository.ts';
import type { Deployment, DeploymentStatus } from '../world.ts';
import { readDeployments, writeDeployments } from './access.ts';
import { commitOf } from './commits.ts';
import { currentStatuses } from './statuses.ts';

const deploymentUrl = ({ world, repository }: RepositoryCall, { id }: Deployment) =>
  `${repositoryApi(world, repository)}/deployments/${id}`;

function deploymentShape(call: RepositoryCall, deployment: Deployment) {
  const { world, repository } = call;
  const url = deploymentUrl(call, deployment);
  const at = iso(deployment.createdAt);
  const { app } = deployment.creator;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: at,
    updated_at: at,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryApi(world, repository),
    creator: accountShape(world, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: app === undefined ? null : appShape(world, app),
  };
}

function statusShape(call: RepositoryCall, deployment: Deployment, status: DeploymentStatus) {
  const { world, repository } = call;
  const at = iso(status.createdAt);
  return {
    url: `${deploymentUrl(call, deployment)}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: accountShape(world, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: at,
    updated_at: at,
    deployment_url: deploymentUrl(call, deployment),
    repository_url: repositoryApi(world, repository),
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
  };
}

async function createDeployment(call: RepositoryCall): Promise<Answer> {
  const { world, repository, account } = call;
  const body = bodyOf<'repos', 'createDeployment'>(call);
  const sha = await commitOf(call, body.ref);
  if (body.auto_merge !== false && (await autoMerge(call, body.ref, sha)))
    return {
      status: 202,
      body: { message: `Auto-merged ${repository.defaultBranch} into ${body.ref} on deployment.` },
    };
  refuseUnchecked(call, sha, body.required_contexts);
  const environment = body.environment ?? 'production';
  const deployment: Deployment = {
    id: world.nextId(),
    sha,
    ref: body.ref,
    task: body.task ?? 'deploy',
    environment,
    description: body.description ?? null,
    payload: body.payload ?? {},
    transient: body.transient_environment ?? false,
    production: body.production_environment ?? environment === 'production',
    creator: account,
    createdAt: world.now(),
    statuses: [],
  };
  repository.deployments.push(deployment);
  return { status: 201, body: deploymentShape(call, deployment) };
}

/** Unless told not to, GitHub merges the default branch into a branch that is to be deployed. */
async function autoMerge({ world, repository, account }: RepositoryCall, ref: string, head: string): Promise<boolean> {
  const { directory, defaultBranch } = repository;
  const branch = await resolveCommit(directory, `refs/heads/${ref}`);
  const base = await resolveCommit(directory, `refs/heads/${defaultBranch}`);
  if (branch === undefined || base === undefined || (await isAncestor(directory, base, head))) return false;
  const message = `Merge branch '${defaultBranch}' into ${ref}`;
  await repository.exclusive(async () => {
    const commit = await writeMerge(directory, { base: branch, head: base, message, author: account }, world.now());
    if (commit === null) throw new GitHubError(409, `Conflict merging ${defaultBranch} into ${ref}.`);
    const change = { ref: `refs/heads/${ref}`, before: branch, after: commit };
    await updateRef(directory, change);
    await announce(world, repository, [change], account);
  });
  return true;
}

function refuseUnchecked({ repository, params }: RepositoryCall, sha: string, required: string[] | undefined): void {
  const current = currentStatuses(repository, sha);
  const contexts = required ?? current.map(({ context }) => context);
  const passed = new Set(current.filter(({ state }) => state === 'success').map(({ context }) => context));
  if (!contexts.every((context) => passed.has(context)))
    throw new GitHubError(409, `Conflict: Commit status checks failed for ${params.ref ?? sha}.`);
}

function listDeployments(call: RepositoryCall): Answer {
  const filters = ['sha', 'ref', 'task', 'environment'] as const;
  const wanted = (one: Deployment) => filters.every((name) => (call.query.get(name) ?? one[name]) === one[name]);
  return listAnswer(call, call.repository.deployments.filter(wanted).reverse(), (one) => deploymentShape(call, one));
}

function deploymentOf({ repository, params }: RepositoryCall): Deployment {
  const deployment = repository.deployments.find(({ id }) => id === Number(params.deployment_id));
  if (deployment === undefined) throw notFound();
  return deployment;
}

function createStatus(call: RepositoryCall): Answer {
  const { world, repository, account } = call;
  const deployment = deploymentOf(call);
  const body = bodyOf<'repos', 'createDeploymentStatus'>(call);
  const { state, description = '', environment = deployment.environment, environment_url = '' } = body;
  if ([...description].length > 140) throw tooLong('DeploymentStatus', 'description', 140);
  const logUrl = body.log_url || body.target_url || '';
  const values = { state, description, environment, environmentUrl: environment_url, logUrl, creator: account };
  const status: DeploymentStatus = { id: world.nextId(), ...values, createdAt: world.now() };
  if (state === 'success' && body.auto_inactive !== false) deactivateOlder(repository.deployments, deployment, status);
  deployment.statuses.push(status);
  return { status: 201, body: statusShape(call, deployment, status) };
}

/** A success makes the environment's older successes inactive, but for transient and production environments. */
function deactivateOlder(deployments: Deployment[], newest: Deployment, status: DeploymentStatus): void {
  const older = deployments.filter((one) => one.id < newest.id && one.environment === newest.environment);
  for (const { transient, production, statuses } of older)
    if (!transient && !production && statuses.at(-1)?.state === 'success')
      statuses.push({ ...status, id: status.id, state: 'inactive' });
}

function listStatuses(call: RepositoryCall): Answer {
  const deployment = deploymentOf(call);
  return listAnswer(call, [...deployment.statuses].reverse(), (status) => statusShape(call, deployment, status));
}

/** Deployments and their statuses. */
export const deploymentRoutes: Route[] = [
  repositoryRoute('POST /deployments', writeDeployments, createDeployment),
  repositoryRoute('GET /deployments', readDeployments, listDeployments),
  repositoryRoute('GET /deployments/{deployment_id}', readDeployments, (call) =>
    ok(deploymentShape(call, deploymentOf(call))),
  ),
  repositoryRoute('POST /deployments/{deployment_id}/statuses', writeDeployments, createStatus),
  repositoryRoute('GET /deployments/{deployment_id}/statuses', readDeployments, listStatuses),
];
