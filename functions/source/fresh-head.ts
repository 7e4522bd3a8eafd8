import type { GitChange } from '../../shared/events/messages.ts';
import type { SourcePorts } from './ports.ts';

const waitsInMilliseconds = [300, 1000, 3000];

/**
 * The branch's head. GitHub's API may answer with the old head for some seconds after a push: when the webhook announced another
 * revision and the head is still the one that we know, it is asked again. The announcement itself is never believed.
 */
export async function freshHead(
  { repository, branch, announced, known }: GitChange & { known: string | undefined },
  { git, sleep }: Pick<SourcePorts, 'git' | 'sleep'>,
): Promise<string | undefined> {
  let head = await git.head(repository, branch);
  for (const wait of waitsInMilliseconds) {
    const looksStale = announced !== undefined && announced !== head && head === known && !/^0+$/.test(announced);
    if (!looksStale) return head;
    await sleep(wait);
    head = await git.head(repository, branch);
  }
  return head;
}
