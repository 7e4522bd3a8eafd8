import { mapConcurrently } from '../../shared/concurrency.ts';
import { BadInputError, MissingError } from '../../shared/errors.ts';
import type { EcrEvent, ImageScan, PromotionRequest } from '../../shared/events/messages.ts';
import type { ImageRepository } from '../../shared/images/ports.ts';
import { formatEcrRepository } from '../../shared/images/reference.ts';
import type { Parsed } from '../../shared/lambda/sqs-batch.ts';
import type { UpdaterPorts } from './ports.ts';
import { createPromotions } from './promotion.ts';
import { type PushedSignature, readAnnouncement } from './pushed-image.ts';
import { createLookup, type Lookup } from './registry-lookup.ts';
import { createSignatureCheck, demandsOn, type SignatureCheck } from './signature-check.ts';
import { countBranches, environmentsFor, foldIntoBranches, type TargetBranch } from './target-branches.ts';
import { TurnError, thoseThatWait } from './turn-error.ts';
import { updateBranch } from './update-branch.ts';
import { shareOf } from './write-budget.ts';

export type ImageMessage = EcrEvent | ImageScan | PromotionRequest;

/** What a message asks for: environments, and what to look at in each. */
type Request = { id: string; environments: string[]; wanted: ImageRepository[] | 'all' };

type Failures = Map<string, unknown>;

const branchesAtOnce = 4;

/**
 * Looks once at every branch that a batch of pushes and scans is about, however many messages speak of it.
 *
 * @returns errors by message id; a message whose image isn't there, or concerns nobody, is done
 */
export async function updateImages(messages: Parsed<ImageMessage>[], ports: UpdaterPorts): Promise<Failures> {
  const failures: Failures = new Map();
  const lookup = createLookup(ports.registry, ports.sleep);
  const signatures = createSignatureCheck(ports.registry, ports.sleep);
  const asking = { lookup, signatures, failures };
  const requests = [...scansIn(messages, ports), ...(await pushesIn(messages, asking, ports))];
  const branches = foldIntoBranches(wishesOf(requests), ports.environments);
  await mapConcurrently(branches, branchesAtOnce, async (branch) => {
    const error = await tryBranch(branch, asking, ports);
    if (error === undefined) return;
    const names = new Set(branch.environments.map(({ name }) => name));
    const concerned = requests.filter(({ environments }) => environments.some((one) => names.has(one)));
    const returned = error instanceof TurnError ? thoseThatWait(concerned, { error, messages }, ports.log) : concerned;
    for (const { id } of returned) failures.set(id, error);
  });
  return failures;
}

/** What a person must mend in Git is reported on the commit by `source`, and found by the next scan: no message has to wait for it. */
async function tryBranch(branch: TargetBranch, { lookup, signatures }: Asking, ports: UpdaterPorts): Promise<unknown> {
  try {
    const share = shareOf(branch, countBranches(ports.environments));
    const promotions = createPromotions(ports);
    await updateBranch(branch, { ...ports, lookup, signatures, promotions, share });
    return undefined;
  } catch (error) {
    if (!(error instanceof BadInputError || error instanceof MissingError)) return error;
    ports.log.error('branch can not be updated', {
      repository: branch.repository,
      branch: branch.branch,
      reason: error.message,
    });
    return undefined;
  }
}

/** Scans look everywhere; a promotion where versions of its environment are proposed. */
function scansIn(messages: Parsed<ImageMessage>[], { environments }: UpdaterPorts): Request[] {
  return messages.flatMap(({ record, message }) => {
    if (!('kind' in message)) return [];
    const names = Object.entries(environments).flatMap(([name, { images, promoteFrom }]) => {
      const isConcerned =
        message.kind === 'promotion'
          ? promoteFrom === message.environment
          : images.length > 0 || promoteFrom !== undefined;
      return isConcerned ? [name] : [];
    });
    return [{ id: record.messageId, environments: names, wanted: 'all' as const }];
  });
}

/** Without a tag it is a signature, and nothing tells whether the registry has it already. */
type Push = PushedSignature & { id: string; environments: string[] };
type Asking = { lookup: Lookup; signatures: SignatureCheck; failures: Failures };

async function pushesIn(messages: Parsed<ImageMessage>[], asking: Asking, ports: UpdaterPorts): Promise<Request[]> {
  const pushes = messages.flatMap(({ record, message }) =>
    'kind' in message ? [] : readPush(record.messageId, message, ports),
  );
  for (const { repository } of pushes.filter(({ tag }) => tag === undefined)) asking.signatures.expect(repository);
  const byRepository = [...Map.groupBy(pushes, ({ repository }) => formatEcrRepository(repository)).values()];
  return (await mapConcurrently(byRepository, branchesAtOnce, (group) => askRegistry(group, asking, ports))).flat();
}

function readPush(id: string, event: EcrEvent, { environments, log }: UpdaterPorts): Push[] {
  const announcement = readAnnouncement(event);
  const isSignature = 'ignored' in announcement;
  const pushed = isSignature ? announcement.unlessSigned : announcement.image;
  const names = pushed === undefined ? [] : concerned(pushed.repository, { environments, isSignature });
  if (pushed !== undefined && names.length > 0) return [{ ...pushed, id, environments: names }];
  log.info('event ignored', {
    ...{ event: event.id, repository: event.detail['repository-name'], tag: event.detail['image-tag'] },
    reason: isSignature ? announcement.ignored : 'no environment of deployer.yaml takes images from this repository',
  });
  return [];
}

type Concern = { environments: UpdaterPorts['environments']; isSignature: boolean };

/** A signature concerns those that demand one. */
function concerned(repository: ImageRepository, { environments, isSignature }: Concern): string[] {
  const names = environmentsFor(repository, environments);
  return isSignature
    ? names.filter((name) => {
        const settings = environments[name];
        return settings !== undefined && demandsOn(formatEcrRepository(repository), { name, settings }).length > 0;
      })
    : names;
}

/** Drops pushes of images that the registry doesn't have: deleted meanwhile, or never there. A scan finds one that comes later. */
async function askRegistry(pushes: Push[], { lookup, failures }: Asking, { log }: UpdaterPorts): Promise<Request[]> {
  const [first] = pushes;
  if (first === undefined) return [];
  try {
    const tags = [...new Set(pushes.flatMap(({ tag }) => tag ?? []))];
    const found = new Set(await lookup.waitFor(first.repository, tags));
    const missing = tags.filter((tag) => !found.has(tag));
    for (const tag of missing)
      log.warn('image missing: it was announced, but the registry does not have it', {
        repository: formatEcrRepository(first.repository),
        tag,
      });
    return pushes
      .filter(({ tag }) => tag === undefined || found.has(tag))
      .map(({ id, environments, repository }) => ({ id, environments, wanted: [repository] }));
  } catch (error) {
    for (const { id } of pushes) failures.set(id, error);
    return [];
  }
}

/** What to look at in each environment, by its name. */
function wishesOf(requests: Request[]): Map<string, ImageRepository[] | 'all'> {
  const wishes = new Map<string, ImageRepository[] | 'all'>();
  for (const { environments, wanted } of requests)
    for (const name of environments) {
      const before = wishes.get(name) ?? [];
      wishes.set(name, before === 'all' || wanted === 'all' ? 'all' : [...before, ...wanted]);
    }
  return wishes;
}
