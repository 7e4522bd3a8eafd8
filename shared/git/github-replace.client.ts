import { type Access, splitName } from './github-access.client.ts';
import { statusOf } from './github-errors.ts';
import type { FileChange, GitWriter } from './ports.ts';

type Change = Parameters<GitWriter['replace']>[0];
type Client = Parameters<Parameters<Access>[1]>[0];

const noObject = '0'.repeat(40);
const mutation = 'mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';

/**
 * The commit is made first, on no branch; then the branch is moved to it by compare-and-swap. An App's commit is signed by GitHub if it names no author.
 *
 * @see https://docs.github.com/en/graphql/reference/mutations#updaterefs
 */
export function replaceBranch(access: Access, change: Change): Promise<string | 'stale'> {
  const { repository, branch } = change;
  const doing = `replace the branch ${branch} of`;
  return access({ repository, doing, needs: { contents: 'write' } }, async (client) => {
    const afterOid = await createCommit(client, change);
    const { data } = await client.request('GET /repos/{owner}/{repo}', splitName(change.repository));
    const update = { name: `refs/heads/${change.branch}`, beforeOid: change.expectedHead ?? noObject, afterOid };
    try {
      await client.graphql(mutation, {
        input: { repositoryId: data.node_id, refUpdates: [{ ...update, force: true }] },
      });
      return afterOid;
    } catch (error) {
      if ((await readHead(client, change)) !== change.expectedHead) return 'stale';
      throw error;
    }
  });
}

async function createCommit(client: Client, { repository, base, message, files }: Change): Promise<string> {
  const name = splitName(repository);
  const parent = await client.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', {
    ...name,
    commit_sha: base,
  });
  const tree = await client.request('POST /repos/{owner}/{repo}/git/trees', {
    ...name,
    base_tree: parent.data.tree.sha,
    tree: files.map(entryOf),
  });
  const commit = { ...name, message, tree: tree.data.sha, parents: [base] };
  return (await client.request('POST /repos/{owner}/{repo}/git/commits', commit)).data.sha;
}

/** What is edited here has been read as UTF-8 before, a byte order mark is kept. */
const entryOf = ({ path, content }: FileChange) =>
  ({
    path,
    mode: '100644',
    type: 'blob',
    content: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content),
  }) as const;

/** GitHub doesn't say by a type of its own that `beforeOid` was wrong. */
async function readHead(client: Client, { repository, branch }: Change): Promise<string | undefined> {
  try {
    const place = { ...splitName(repository), ref: `heads/${branch}` };
    return (await client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', place)).data.object.sha;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
