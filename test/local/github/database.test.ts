import { expect, test } from 'vitest';
import { createEnvironment, environment, manifest, octokitFor, startTestGitHub } from './support.ts';

const mutation = `mutation ($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;
const noObject = '0'.repeat(40);

async function start() {
  const github = await startTestGitHub();
  const first = await createEnvironment(github);
  const write = octokitFor(github, 'write');
  const { data } = await write.repos.get(environment);
  const move = (beforeOid: string, afterOid: string, name = 'refs/heads/work') =>
    write.graphql(mutation, {
      input: { repositoryId: data.node_id, refUpdates: [{ name, beforeOid, afterOid, force: true }] },
    });
  const commit = async (content: string) => {
    const base = await write.git.getCommit({ ...environment, commit_sha: first });
    const entry = { path: 'apps/web/deployment.yaml', mode: '100644', type: 'blob', content } as const;
    const tree = await write.git.createTree({ ...environment, base_tree: base.data.tree.sha, tree: [entry] });
    const made = { ...environment, message: 'Pin', tree: tree.data.sha, parents: [first] };
    return (await write.git.createCommit(made)).data;
  };
  const file = async (path: string) => String(await github.readFile('acme/environment', 'work', path));
  return { github, first, write, move, commit, file };
}

test('a commit is made of a tree, by the App alone, before any branch has it', async () => {
  const { github, first, move, commit, file } = await start();
  const made = await commit('\uFEFFä\r\n');
  expect(made).toMatchObject({ message: 'Pin', parents: [{ sha: first }], author: { name: 'plumbline-write[bot]' } });
  expect(made.committer.name).toBe('plumbline-write[bot]');
  expect(await github.head('acme/environment', 'staging')).toBe(first);
  await move(noObject, made.sha);
  expect(await file('apps/web/deployment.yaml')).toBe('\uFEFFä\r\n');
  expect(await file('README.md')).toBe('# Environment\n');
});

test('fault 12: a ref moves by compare-and-swap, also by force', async () => {
  const { github, first, move, commit } = await start();
  const [one, other] = [await commit('one'), await commit('other')];
  await move(noObject, one.sha);
  await expect(move(noObject, other.sha)).rejects.toThrow('is not where beforeOid says');
  await expect(move(first, other.sha)).rejects.toThrow('is not where beforeOid says');
  expect(await github.head('acme/environment', 'work')).toBe(one.sha);
  await move(one.sha, other.sha);
  expect(await github.head('acme/environment', 'work')).toBe(other.sha);
  await move(other.sha, noObject);
  expect(await github.head('acme/environment', 'work')).toBeUndefined();
});

test('a ref does not move where it may not, or to what is not there', async () => {
  const { github, first, move, commit } = await start();
  github.protectBranch('acme/environment', 'staging');
  await expect(move(first, (await commit('x')).sha, 'refs/heads/staging')).rejects.toThrow('rule violations');
  await expect(move(noObject, 'a'.repeat(40))).rejects.toThrow('does not exist');
  await expect(move(noObject, first, 'refs/heads/a..b')).rejects.toThrow('Invalid ref');
});

test('what no tree or commit can be made of is refused', async () => {
  const { first, write } = await start();
  const entry = { path: 'x', mode: '100755', type: 'blob', content: manifest } as const;
  await expect(write.git.createTree({ ...environment, tree: [entry] })).rejects.toMatchObject({ status: 422 });
  const missing = 'a'.repeat(40);
  const commit = (tree: string, parent: string) =>
    write.git.createCommit({ ...environment, message: 'x', tree, parents: [parent] });
  await expect(commit(missing, first)).rejects.toMatchObject({ status: 422 });
  await expect(commit(first, missing)).rejects.toMatchObject({ status: 422 });
});
