import { mapConcurrently } from '../../shared/concurrency.ts';
import type { ImageVersion } from '../../shared/images/ports.ts';
import type { Pin } from '../../shared/images/reference.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Update, UpdatePlan } from './decide-updates.ts';

/** Marks those versions of a repository that must not be chosen. */
export type Refuse = (repository: string, versions: readonly ImageVersion[]) => readonly ImageVersion[];

type Ports = {
  decide(refuse: Refuse): Promise<UpdatePlan>;
  /** @returns why an image may not be pinned */
  reasonAgainst(pin: Pin): Promise<string | undefined>;
};

type Refusal = { update: Update; reason: string };

const atOnce = 4;
/** So many versions of an image are looked at, from the newest one down. */
const mostRefusals = 10;

/**
 * Decides, and takes back what isn't signed as it has to be: such a version doesn't count, as if it weren't there, and each is told. The
 * next older one that is newer than what stands in Git gets its chance, so that who may push but not sign can't hold up the others.
 */
export async function decideSignedUpdates({ decide, reasonAgainst }: Ports): Promise<UpdatePlan> {
  const refusals: Refusal[] = [];
  for (;;) {
    const plan = await decide(refusing(refusals));
    const found = await findRefusals(plan.updates, reasonAgainst);
    if (found.length === 0) return { ...plan, notes: [...refusals.map(noteOf), ...plan.notes] };
    refusals.push(...found);
  }
}

async function findRefusals(updates: readonly Update[], reasonAgainst: Ports['reasonAgainst']): Promise<Refusal[]> {
  const images = new Map(updates.map((update) => [keyOf(update.pin), update]));
  const found = await mapConcurrently([...images.values()], atOnce, async (update): Promise<Refusal[]> => {
    const reason = await reasonAgainst(update.pin);
    return reason === undefined ? [] : [{ update, reason }];
  });
  return found.flat();
}

function refusing(refusals: readonly Refusal[]): Refuse {
  const byRepository = Map.groupBy(refusals, ({ update }) => update.pin.repository);
  return (repository, versions) => {
    const refused = byRepository.get(repository);
    if (refused === undefined) return versions;
    const digests = new Set(refused.map(({ update }) => update.pin.digest));
    const isRefused = ({ digest }: ImageVersion) => refused.length >= mostRefusals || digests.has(digest);
    return versions.map((version) => (isRefused(version) ? { ...version, refusal } : version));
  };
}

const refusal = 'is not signed as deployer.yaml demands';

const keyOf = ({ repository, digest }: Pin) => `${repository}@${digest}`;

const noteOf = ({ update: { file, pin }, reason }: Refusal): Problem => ({
  file,
  message: `${pin.repository} is left alone: ${pin.tag} (${pin.digest}) is not taken, because ${reason}`,
});
