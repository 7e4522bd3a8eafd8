import { z } from 'zod';
import { covers, isInstalledOn } from './apps.ts';
import { isAncestor, isRefName, noObject, RefMovedError, resolveCommit } from './git/refs.ts';
import { GraphqlError, type GraphqlObject } from './graphql-error.ts';
import { moveRef } from './ref-changes.ts';
import type { Call } from './router.ts';
import { ruleViolation } from './routes/refs.ts';
import { nodeId } from './shapes/common.ts';
import type { Repository } from './world.ts';

const oid = z.string().regex(/^[0-9a-f]{40}$/);

/** @see https://docs.github.com/en/graphql/reference/mutations#updaterefs */
const inputSchema = z.strictObject({
  repositoryId: z.string(),
  refUpdates: z
    .array(z.strictObject({ name: z.string(), beforeOid: oid.nullish(), afterOid: oid, force: z.boolean().nullish() }))
    .length(1, 'the stand-in moves one ref at a time'),
  clientMutationId: z.string().nullish(),
});

type RefUpdate = z.infer<typeof inputSchema>['refUpdates'][number];

/** Creates, moves or deletes a ref, if it still is where `beforeOid` says; forty zeros stand for no ref. */
export async function updateRefs(call: Call, parameters: Record<string, unknown>): Promise<GraphqlObject> {
  const parsed = inputSchema.safeParse(parameters.input);
  if (!parsed.success) throw new GraphqlError(undefined, parsed.error.issues[0]?.message ?? 'invalid input');
  const { repositoryId, refUpdates, clientMutationId = null } = parsed.data;
  const repository = findRepository(call, repositoryId);
  for (const update of refUpdates) await repository.exclusive(() => moveOne(call, repository, update));
  return { type: 'UpdateRefsPayload', fields: { clientMutationId } };
}

function findRepository({ world, token }: Call, id: string): Repository {
  const found = [...world.repositories.values()].find((repository) => nodeId('Repository', repository.id) === id);
  if (found === undefined || token === undefined || !isInstalledOn(token, found.fullName))
    throw new GraphqlError('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  if (covers(token.permissions, 'contents', 'write')) return found;
  throw new GraphqlError('FORBIDDEN', 'Resource not accessible by integration');
}

async function moveOne(
  call: Call,
  repository: Repository,
  { name: ref, beforeOid, afterOid: after, force }: RefUpdate,
) {
  const before = (await resolveCommit(repository.directory, ref)) ?? noObject;
  if (!/^refs\/\w+\/./.test(ref) || !isRefName(ref)) throw new GraphqlError('UNPROCESSABLE', `Invalid ref: ${ref}`);
  if (beforeOid && beforeOid !== before) throw moved(ref);
  if (after !== noObject && !(await resolveCommit(repository.directory, after)))
    throw new GraphqlError('UNPROCESSABLE', `Object ${after} does not exist`);
  if (repository.protectedBranches.has(ref.replace(/^refs\/heads\//, '')))
    throw new GraphqlError('UNPROCESSABLE', ruleViolation);
  const isForward =
    before === noObject || after === noObject || (await isAncestor(repository.directory, before, after));
  if (!force && !isForward) throw new GraphqlError('UNPROCESSABLE', `Update of ${ref} is not a fast forward`);
  if (before === after) return;
  await moveRef(call.world, repository, { ref, before, after }, call.account).catch((error: unknown) => {
    throw error instanceof RefMovedError ? moved(ref) : error;
  });
}

const moved = (ref: string) => new GraphqlError('UNPROCESSABLE', `${ref} is not where beforeOid says`);
