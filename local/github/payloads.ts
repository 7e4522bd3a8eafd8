import { type ChangedPaths, changedPaths } from './git/diff.ts';
import { type CommitRecord, readCommit, readCommits, type Signature } from './git/history.ts';
import { isAncestor, noObject, type RefChange } from './git/refs.ts';
import { accountShape, iso, nodeId } from './shapes/common.ts';
import { fullPullShape, type PullDetails, pullShape } from './shapes/pull-request.ts';
import { pushRepositoryShape, repositoryPage, repositoryShape } from './shapes/repository.ts';
import { reviewShape } from './shapes/review.ts';
import { type Account, loginOfEmail, type PullRequest, type Repository, type Review, type World } from './world.ts';

/** GitHub lists no more commits than this in a push. */
const mostCommits = 2048;

function installation({ apps }: World) {
  const id = apps.find(({ name }) => name === 'read')?.installationId ?? 0;
  return { id, node_id: nodeId('IntegrationInstallation', id) };
}

/** The payload of a `push`: one branch or tag that was created, moved or deleted. */
export async function pushPayload(world: World, repository: Repository, change: RefChange, sender: Account) {
  const { ref, before, after } = change;
  const created = before === noObject;
  const deleted = after === noObject;
  const [records, head, forced] = await Promise.all([
    pushedCommits(repository, change),
    deleted ? undefined : readCommit(repository.directory, `${after}^{commit}`),
    created || deleted ? false : isAncestor(repository.directory, before, after).then((forward) => !forward),
  ]);
  const paths = await changedPaths(repository.directory, head === undefined ? [] : [...records, head]);
  const shape = (commit: CommitRecord) => commitShape(world, repository, commit, paths.get(commit.sha));
  return {
    ref,
    before,
    after,
    repository: pushRepositoryShape(world, repository),
    pusher: { name: sender.login, email: sender.email },
    sender: accountShape(world, sender),
    installation: installation(world),
    created,
    deleted,
    forced,
    base_ref: null,
    compare: `${repositoryPage(world, repository)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: records.map(shape),
    head_commit: head === undefined ? null : shape(head),
  };
}

/** The commits that a push brought, oldest first; a new branch brings what no other branch had. */
async function pushedCommits(repository: Repository, { ref, before, after }: RefChange): Promise<CommitRecord[]> {
  if (after === noObject || ref.startsWith('refs/tags/')) return [];
  const known = before === noObject ? ['--not', `--exclude=${ref}`, '--branches'] : [`^${before}`];
  return readCommits(repository.directory, [`--max-count=${mostCommits}`, '--reverse', after, ...known]);
}

function commitShape(world: World, repository: Repository, commit: CommitRecord, paths?: ChangedPaths) {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repositoryPage(world, repository)}/commit/${commit.sha}`,
    author: signatureShape(commit.author),
    committer: signatureShape(commit.committer),
    ...(paths ?? { added: [], removed: [], modified: [] }),
  };
}

function signatureShape({ name, email, date }: Signature) {
  const login = loginOfEmail(email);
  return { name, email, date, ...(login !== undefined && { username: login }) };
}

export type PullEvent = {
  action: 'opened' | 'closed' | 'reopened' | 'edited' | 'synchronize' | 'ready_for_review';
  sender: Account;
  /** Of `synchronize`: where the head was and is; of `edited`: what was before. */
  extra?: Record<string, unknown>;
};

export function pullRequestPayload(
  world: World,
  repository: Repository,
  pull: PullRequest,
  details: PullDetails,
  { action, sender, extra }: PullEvent,
) {
  return {
    action,
    number: pull.number,
    pull_request: fullPullShape(world, repository, pull, details),
    ...extra,
    repository: repositoryShape(world, repository),
    installation: installation(world),
    sender: accountShape(world, sender),
  };
}

/** The payload of a `pull_request_review`, whose pull request lacks what takes GitHub a merge to know. */
export function reviewPayload(world: World, repository: Repository, pull: PullRequest, review: Review) {
  return {
    action: 'submitted',
    review: { ...reviewShape(world, repository, review), state: review.state.toLowerCase() },
    pull_request: pullShape(world, repository, pull),
    repository: repositoryShape(world, repository),
    installation: installation(world),
    sender: accountShape(world, review.user),
  };
}

/** What GitHub sends when a webhook is set up. */
export function pingPayload(world: World, url: string) {
  const app = world.apps.find(({ name }) => name === 'read');
  const at = iso(world.now());
  return {
    zen: 'Practicality beats purity.',
    hook_id: app?.id ?? 0,
    hook: {
      type: 'App',
      id: app?.id ?? 0,
      name: 'web',
      active: true,
      events: ['pull_request', 'pull_request_review', 'push'],
      config: { content_type: 'json', insecure_ssl: '0', secret: '********', url },
      updated_at: at,
      created_at: at,
      app_id: app?.id ?? 0,
      deliveries_url: `${world.apiUrl}/app/hook/deliveries`,
    },
  };
}
