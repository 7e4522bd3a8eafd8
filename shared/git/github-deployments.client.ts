import { shortenDescription } from './description.ts';
import { type Access, splitName, type Task } from './github-access.client.ts';
import type { DeploymentStatus, DeploymentVoice } from './ports.ts';

/** Tells ours from those of others for the same environment. */
const task = 'plumbline';

/** Needs "Deployments: write". */
export const createDeployments = (access: Access): DeploymentVoice => ({
  async deployment(repository, revision, environment) {
    return access(writing(repository), async (client) => {
      const place = splitName(repository);
      const filter = { sha: revision, environment, task, per_page: 1 };
      const { data: known } = await client.request('GET /repos/{owner}/{repo}/deployments', { ...place, ...filter });
      if (known[0] !== undefined) return Number(known[0].id);
      const { data } = await client.request('POST /repos/{owner}/{repo}/deployments', {
        ...{ ...place, ref: revision, environment, task, description: 'Deployed by Plumbline' },
        // Otherwise GitHub merges the default branch, and waits for checks, before it says that there is a Deployment.
        ...{ auto_merge: false, required_contexts: [] },
      });
      return 'id' in data ? Number(data.id) : unexpected(repository);
    });
  },
  async setDeployment(repository, id, status) {
    await access(writing(repository), (client) =>
      client.request('POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
        ...splitName(repository),
        deployment_id: id,
        ...bodyOf(status),
      }),
    );
  },
});

const writing = (repository: string): Task => ({
  repository,
  doing: 'write a Deployment in',
  needs: { deployments: 'write' },
});

/** GitHub keeps 140 characters. The one before is ended by us. */
const bodyOf = ({ state, description, environmentUrl, logUrl }: DeploymentStatus) => ({
  state,
  description: shortenDescription(description),
  auto_inactive: false,
  ...(environmentUrl !== undefined && { environment_url: environmentUrl }),
  ...(logUrl !== undefined && { log_url: logUrl }),
});

/** 202: GitHub has merged something, which it was told not to. */
const unexpected = (repository: string): never => {
  throw new Error(`GitHub made no Deployment in ${repository}`);
};
