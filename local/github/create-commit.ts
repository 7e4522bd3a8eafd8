import { z } from 'zod';
import { covers, isInstalledOn } from './apps.ts';
import { type FileChange, fileModes, writeCommit } from './git/commit.ts';
import { gitHubCommitter } from './git/merge.ts';
import { RefMovedError, resolveCommit } from './git/refs.ts';
import { GraphqlError, type GraphqlObject } from './graphql-error.ts';
import { moveRef } from './ref-changes.ts';
import type { Call } from './router.ts';
import { ruleViolation } from './routes/refs.ts';
import { iso, nodeId } from './shapes/common.ts';
import { repositoryPage } from './shapes/repository.ts';
import type { Repository, World } from './world.ts';

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));

/** @see https://docs.github.com/en/graphql/reference/mutations#createcommitonbranch */
const inputSchema = z.strictObject({
  branch: z.union([
    z.strictObject({ repositoryNameWithOwner: z.string(), branchName: z.string() }),
    z.strictObject({ id: z.string() }),
  ]),
  expectedHeadOid: z.string().regex(/^[0-9a-f]{40}$/),
  message: z.strictObject({ headline: z.string(), body: z.string().nullish() }),
  fileChanges: z
    .strictObject({
      additions: z.array(z.strictObject({ path: z.string(), contents: base64 })).nullish(),
      deletions: z.array(z.strictObject({ path: z.string() })).nullish(),
    })
    .nullish(),
  clientMutationId: z.string().nullish(),
});

type Input = z.infer<typeof inputSchema>;

/** One commit on a branch, if the branch still is where its author saw it. */
export async function createCommitOnBranch(call: Call, parameters: Record<string, unknown>): Promise<GraphqlObject> {
  const parsed = inputSchema.safeParse(parameters.input);
  if (!parsed.success) throw new GraphqlError(undefined, describe(parsed.error));
  const input = parsed.data;
  const { repository, ref } = findBranch(call, input.branch);
  const sha = await repository.exclusive(() => commit(call, repository, ref, input));
  return resultObject(call.world, repository, { ref, sha, input });
}

function describe({ issues }: z.ZodError): string {
  const [issue] = issues;
  const path = ['input', ...(issue?.path ?? [])].join('.');
  return `Variable $input of type CreateCommitOnBranchInput! was provided invalid value for ${path} (${issue?.message})`;
}

function findBranch({ world, token }: Call, branch: Input['branch']) {
  const [fullName, name] = 'id' in branch ? decodeRefId(world, branch.id) : namedBranch(branch);
  const repository = world.repositories.get(fullName.toLowerCase());
  if (repository === undefined || token === undefined || !isInstalledOn(token, repository.fullName))
    throw new GraphqlError('NOT_FOUND', `Could not resolve to a Repository with the name '${fullName}'.`);
  if (!covers(token.permissions, 'contents', 'write'))
    throw new GraphqlError('FORBIDDEN', 'Resource not accessible by integration');
  return { repository, ref: `refs/heads/${name.replace(/^refs\/heads\//, '')}` };
}

function namedBranch({ repositoryNameWithOwner, branchName }: { repositoryNameWithOwner: string; branchName: string }) {
  return [repositoryNameWithOwner, branchName] as const;
}

function decodeRefId(world: World, id: string): readonly [string, string] {
  const [, number, ref = ''] = /Ref(\d+):(.+)$/.exec(Buffer.from(id, 'base64').toString()) ?? [];
  const found = [...world.repositories.values()].find((repository) => repository.id === Number(number));
  return [found?.fullName ?? id, ref];
}

async function commit(call: Call, repository: Repository, ref: string, input: Input): Promise<string> {
  const { expectedHeadOid: expected } = input;
  const head = await resolveCommit(repository.directory, ref);
  if (head === undefined) throw new GraphqlError('NOT_FOUND', `No ref found for ${ref}`);
  if (head !== expected || call.stale) throw staleData(expected);
  if (repository.protectedBranches.has(ref.slice('refs/heads/'.length)))
    throw new GraphqlError('UNPROCESSABLE', ruleViolation);
  const changes = await checkedChanges(repository, expected, input);
  const message = [input.message.headline, input.message.body].filter(Boolean).join('\n\n');
  const people = { author: call.account, committer: gitHubCommitter };
  const after = await writeCommit(
    repository.directory,
    { parent: expected, changes, message, ...people },
    call.world.now(),
  );
  await moveRef(call.world, repository, { ref, before: expected, after }, call.account).catch((error: unknown) => {
    throw error instanceof RefMovedError ? staleData(expected) : error;
  });
  return after;
}

function staleData(expected: string): GraphqlError {
  return new GraphqlError(
    'STALE_DATA',
    `Expected branch to point to "${expected}" but it did not.  Pull and try again.`,
  );
}

/** @throws GraphqlError if a path is unusable, named twice, or to be deleted and not there */
async function checkedChanges(repository: Repository, head: string, { fileChanges }: Input): Promise<FileChange[]> {
  const additions = (fileChanges?.additions ?? []).map(({ path, contents }) => ({ path, content: contents }));
  const deletions = (fileChanges?.deletions ?? []).map(({ path }) => ({ path, content: null }));
  const changes: FileChange[] = [...deletions, ...additions];
  const unusable = changes.find(({ path }) => !isPath(path));
  if (unusable !== undefined) throw new GraphqlError('UNPROCESSABLE', `Path is invalid: ${unusable.path}`);
  const paths = changes.map(({ path }) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new GraphqlError('UNPROCESSABLE', `Path must be unique: ${twice}`);
  const existing = deletions.length === 0 ? undefined : await fileModes(repository.directory, head);
  if (deletions.some(({ path }) => existing?.has(path) === false))
    throw new GraphqlError(
      'UNPROCESSABLE',
      `A path was requested for deletion which does not exist as of commit oid \`${head}\``,
    );
  return changes;
}

function isPath(path: string): boolean {
  return path !== '' && !/^\/|\/$|\0/.test(path) && path.split('/').every((part) => !/^(\.{0,2}|\.git)$/i.test(part));
}

type Result = { ref: string; sha: string; input: Input };

function resultObject(world: World, repository: Repository, { ref, sha, input }: Result): GraphqlObject {
  const page = `${repositoryPage(world, repository)}/commit/${sha}`;
  const { headline, body } = input.message;
  const commit: GraphqlObject = {
    type: 'Commit',
    fields: {
      id: nodeId('Commit', `${repository.id}:${sha}`),
      oid: sha,
      abbreviatedOid: sha.slice(0, 7),
      url: page,
      commitUrl: page,
      committedDate: iso(world.now()),
      message: [headline, body].filter(Boolean).join('\n\n'),
      messageHeadline: headline,
      messageBody: body ?? '',
    },
  };
  const name = ref.slice('refs/heads/'.length);
  const id = nodeId('Ref', `${repository.id}:${name}`);
  const branch: GraphqlObject = { type: 'Ref', fields: { id, name, prefix: 'refs/heads/', target: commit } };
  const fields = { clientMutationId: input.clientMutationId ?? null, commit, ref: branch };
  return { type: 'CreateCommitOnBranchPayload', fields };
}
