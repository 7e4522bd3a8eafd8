import { isAncestor, noObject, type RefChange, updateRef } from './git/refs.ts';
import { pushPayload } from './payloads.ts';
import { announcePull, followHead, markMerged } from './pull-requests.ts';
import type { Account, Repository, World } from './world.ts';

/**
 * Moves a ref with a compare-and-swap and tells the world. Call it within `repository.exclusive`.
 *
 * @throws RefMovedError if the ref no longer is where `change.before` says
 */
export async function moveRef(world: World, repository: Repository, change: RefChange, by: Account): Promise<void> {
  await updateRef(repository.directory, change);
  await announce(world, repository, [change], by);
}

/** What follows from refs that have moved: their events, and the pull requests that hang on them. */
export async function announce(world: World, repository: Repository, changes: RefChange[], by: Account): Promise<void> {
  repository.pushedAt = world.now();
  for (const change of changes) {
    repository.previousHeads.set(change.ref, change.before);
    world.webhooks.send('push', await pushPayload(world, repository, change, by));
    await updatePulls(world, repository, change, by);
  }
}

async function updatePulls(world: World, repository: Repository, change: RefChange, by: Account): Promise<void> {
  const branch = change.ref.replace(/^refs\/heads\//, '');
  for (const target of world.repositories.values()) {
    const open = target.pulls.filter(({ state }) => state === 'open');
    for (const pull of open) {
      if (pull.head.repository === repository && pull.head.ref === branch)
        await followHead(world, target, pull, change, by);
      else if (target === repository && pull.base.ref === branch && change.after !== noObject)
        await mergedByPush(world, repository, pull.number, change.after, by);
    }
  }
}

/** A pull request whose head has reached its base by a push counts as merged. */
async function mergedByPush(world: World, repository: Repository, number: number, head: string, by: Account) {
  const pull = repository.pulls.find((candidate) => candidate.number === number);
  if (pull === undefined || !(await isAncestor(repository.directory, pull.head.sha, head))) return;
  markMerged(pull, head, by, world.now());
  await announcePull(world, repository, pull, { action: 'closed', sender: by });
}
