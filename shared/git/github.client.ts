import { BadInputError, TryAgainError } from '../errors.ts';
import { shortenDescription } from './description.ts';
import { type Access, createAccess, type GitHubApp, splitName, type Task } from './github-access.client.ts';
import { createPullRequestVoice } from './github-checks.client.ts';
import { createDeployments } from './github-deployments.client.ts';
import { graphqlTypesOf, statusOf } from './github-errors.ts';
import { createHistory } from './github-history.client.ts';
import { createOpenPulls } from './github-open-pulls.client.ts';
import { createPullRequests } from './github-pull-requests.client.ts';
import { createRemarks } from './github-remarks.client.ts';
import { replaceBranch } from './github-replace.client.ts';
import type { CommitStatus, GitReader, GitReporter, GitWriter } from './ports.ts';
import type { PullRequestReader, PullRequestVoice } from './pull-request-ports.ts';

/** Needs an App with "Contents: read", and for pull requests "Pull requests: read". */
export function createGitHubReader(app: GitHubApp): GitReader & PullRequestReader {
  const access = createAccess(app);
  return { ...createReading(access), ...createOpenPulls(access) };
}

/** Needs an App with "Contents: write", and where pull requests are asked for "Pull requests: write" too. */
export function createGitHubWriter(app: GitHubApp): GitWriter {
  const access = createAccess(app);
  return {
    ...createReading(access),
    ...createPullRequests(access),
    ...createRemarks(access),
    replace: (change) => replaceBranch(access, change),
    commit: (change) => commit(access, change),
  };
}

/** Needs an App with "Commit statuses: write" and "Deployments: write", and for pull requests "Checks: write" and "Pull requests: write". */
export function createGitHubReporter(app: GitHubApp): GitReporter & PullRequestVoice {
  const access = createAccess(app);
  return {
    ...createPullRequestVoice({ access, appId: app.appId }),
    ...createDeployments(access),
    status: (repository, revision, context) => readStatus(access, { repository, revision, context }),
    setStatus: (repository, revision, status) => writeStatus(access, { repository, revision, status }),
  };
}

const createReading = (access: Access): GitReader => ({
  head: (repository, branch) => readHead(access, repository, branch),
  ...createHistory(access),
  archive: (...where) => readArchive(access, ...where),
});

/** 404: no such branch; 409: nothing was ever pushed. That the App may read the repository is known by then: it has a token for it. */
function readHead(access: Access, repository: string, branch: string): Promise<string | undefined> {
  const task: Task = { repository, doing: `read the branch ${branch} of`, needs: { contents: 'read' } };
  return access(task, async (client) => {
    try {
      const place = { ...splitName(repository), ref: `heads/${branch}` };
      const { data } = await client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', place);
      return data.object.sha;
    } catch (error) {
      if ([404, 409].includes(statusOf(error) ?? 0)) return undefined;
      throw error;
    }
  });
}

function readArchive(access: Access, repository: string, revision: string, maxBytes: number): Promise<Uint8Array> {
  const task: Task = { repository, doing: `read the files at ${revision} of`, needs: { contents: 'read' } };
  return access(task, async (client) => {
    const { data } = await client.request('GET /repos/{owner}/{repo}/tarball/{ref}', {
      ...splitName(repository),
      ref: revision,
      request: { parseSuccessResponseBody: false },
    });
    return readCapped(data as ReadableStream<Uint8Array>, maxBytes, `the archive of ${repository} at ${revision}`);
  });
}

/** Stops reading at the cap, whatever length was announced. */
async function readCapped(stream: ReadableStream<Uint8Array>, maxBytes: number, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
  } catch (cause) {
    throw new TryAgainError(`${name} broke off after ${length} bytes`, { cause });
  }
  if (length > maxBytes)
    throw new BadInputError([{ message: `${name} is larger than the ${maxBytes} bytes that are allowed` }]);
  return Buffer.concat(chunks, length);
}

const mutation = `
  mutation ($input: CreateCommitOnBranchInput!) {
    createCommitOnBranch(input: $input) { commit { oid } }
  }`;
type Mutated = { createCommitOnBranch: { commit: { oid: string } } };

/** @see https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch */
function commit(access: Access, change: Parameters<GitWriter['commit']>[0]): Promise<string | 'stale'> {
  const { repository, branch } = change;
  const task: Task = { repository, doing: `commit to the branch ${branch} of`, needs: { contents: 'write' } };
  return access(task, async (client) => {
    try {
      const { createCommitOnBranch } = await client.graphql<Mutated>(mutation, { input: inputOf(change) });
      return createCommitOnBranch.commit.oid;
    } catch (error) {
      if (graphqlTypesOf(error).includes('STALE_DATA')) return 'stale';
      throw error;
    }
  });
}

function inputOf({ repository, branch, expectedHead, message, files }: Parameters<GitWriter['commit']>[0]) {
  const [headline = '', ...body] = message.split('\n');
  return {
    branch: { repositoryNameWithOwner: repository, branchName: branch },
    expectedHeadOid: expectedHead,
    message: { headline, body: body.join('\n').trim() },
    fileChanges: {
      additions: files.map(({ path, content }) => ({ path, contents: Buffer.from(content).toString('base64') })),
    },
  };
}

type StatusPlace = { repository: string; revision: string };

/** GitHub lists the newest first. */
function readStatus(access: Access, { repository, revision, context }: StatusPlace & { context: string }) {
  const task: Task = { repository, doing: `read the statuses of ${revision} in`, needs: { statuses: 'read' } };
  return access(task, async (client) => {
    const parameters = { ...splitName(repository), ref: revision, per_page: 100 };
    const { data } = await client.request('GET /repos/{owner}/{repo}/commits/{ref}/statuses', parameters);
    const found = data.find((status) => status.context === context);
    return found && toStatus(found);
  });
}

type StoredStatus = { context: string; state: string; description: string | null; target_url: string | null };

const toStatus = ({ context, state, description, target_url }: StoredStatus): CommitStatus => ({
  context,
  state: state as CommitStatus['state'],
  description: description ?? '',
  ...(target_url && { targetUrl: target_url }),
});

async function writeStatus(access: Access, { repository, revision, status }: StatusPlace & { status: CommitStatus }) {
  const task: Task = { repository, doing: `write a status of ${revision} in`, needs: { statuses: 'write' } };
  await access(task, (client) =>
    client.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
      ...splitName(repository),
      sha: revision,
      state: status.state,
      context: status.context,
      description: shortenDescription(status.description),
      ...(status.targetUrl !== undefined && { target_url: status.targetUrl }),
    }),
  );
}
