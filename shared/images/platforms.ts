import type { ImagePolicy } from '../config/environment.ts';
import { latest } from './policy.ts';
import type { ImageVersion } from './ports.ts';

const mostAsked = 25;

/**
 * Completes versions by their platforms where the policy asks for some: from the newest one down, until one has them all, so that few are asked
 * for. Versions older than 25 that lack some are left out.
 *
 * @param ask the platforms of a digest
 */
export async function withPlatforms(
  candidates: readonly ImageVersion[],
  { policy, now, ask }: { policy: ImagePolicy; now: Date; ask: (digest: string) => Promise<string[]> },
): Promise<readonly ImageVersion[]> {
  if (policy.platforms === undefined) return candidates;
  const known = new Map<string, string[]>();
  const complete = () => candidates.map((version) => ({ ...version, ...platformsIn(known, version.digest) }));
  while (known.size < mostAsked) {
    const choice = latest(complete(), policy, now);
    if (choice.outcome === 'none' || choice.version.platforms !== undefined) return complete();
    known.set(choice.version.digest, await ask(choice.version.digest));
  }
  return complete().filter(({ platforms }) => platforms !== undefined);
}

function platformsIn(known: ReadonlyMap<string, string[]>, digest: string): { platforms?: string[] } {
  const platforms = known.get(digest);
  return platforms === undefined ? {} : { platforms };
}
