import type { ImageRule } from '../../shared/config/environment.ts';
import type { FileChange } from '../../shared/git/ports.ts';
import { findInFiles } from '../../shared/images/edit/find-in-files.ts';
import type { FoundImage } from '../../shared/images/edit/found-image.ts';
import { type Change, isChange, pinImages } from '../../shared/images/edit/pin-images.ts';
import { settledFiles } from '../../shared/images/edit/settled.ts';
import { knowing, trackedBy } from '../../shared/images/edit/tracked.ts';
import { describePolicy } from '../../shared/images/ordering-of.ts';
import { type Choice, latest } from '../../shared/images/policy.ts';
import type { ImageVersion } from '../../shared/images/ports.ts';
import { formatPin, formatReference, type ImageReference, type Pin } from '../../shared/images/reference.ts';
import { type Held, judgeImage, judgePromoted, type Question, type Verdict } from '../../shared/images/verdict.ts';
import type { Problem } from '../../shared/problem.ts';
import { oneLine } from '../../shared/text/one-line.ts';
import type { Promotion } from './promotion.ts';
import type { SourceRevision } from './source-revisions.ts';
import type { Written } from './trailers.ts';

export type Look = {
  environment: string;
  /** The environment's folder, and the folders in it that belong to others. */
  path: string;
  others: readonly string[];
  files: ReadonlyMap<string, Uint8Array>;
  rules: readonly ImageRule[];
  /** All that there are, so that a marker that means none of them is told. */
  every: readonly ImageRule[];
  /** Repositories whose one version (in `versions`) is what another environment runs, whatever the rule's policy says. */
  promoted?: { from: string; repositories: ReadonlySet<string> };
  /** What the registry has, by repository as the rule names it. */
  versions: ReadonlyMap<string, readonly ImageVersion[]>;
  /** What our commits wrote last, by repository. */
  written: ReadonlyMap<string, Written>;
  /** What stood in each place when this work began (`places` of the first plan); a person may have changed it since then. */
  seen: ReadonlyMap<string, string>;
  /** What stood in each place when a hold was lifted, by the commit that did so. */
  lifted: ReadonlyMap<string, UpdatePlan['places']>;
  now: Date;
};

/** One place in Git that gets another version. */
export type Update = {
  environment: string;
  file: string;
  pin: Pin;
  previous: ImageReference;
  /** When the new image was pushed, where the registry says so. */
  pushedAt?: Date;
  /** In a few words. */
  policy: string;
  /** Whether history knows what we wrote last. */
  isRemembered: boolean;
  /** What the new and the old image were built from, where that is known. */
  source?: SourceRevision;
  previousSource?: SourceRevision;
};

/** An image that stays where a person put it after a commit of ours. */
export type Hold = Held & { environment: string; image: string; reason: string };

export type UpdatePlan = {
  updates: Update[];
  files: FileChange[];
  /** Places that are left alone although the policy wants something else there, and why. */
  notes: Problem[];
  holds: Hold[];
  /** The commits that may lift holds: what stood there then isn't known yet (`Look.lifted`). */
  lifts: string[];
  /** Whether an environment's rules say nothing now (`EnvironmentRules`), so that more might be wanted than is decided here. */
  isUndecided: boolean;
  /** Where versions come from that another environment runs. */
  promotion?: Pick<Promotion, 'from' | 'revision' | 'since'>;
  /** What stands in each place now, or that an image is settled everywhere in a file. */
  places: Map<string, string>;
};

/** Decides what becomes of every tracked image of an environment. A plan without updates means that nothing is to be done. */
export function decideUpdates(look: Look): UpdatePlan {
  const choices = new Map(look.rules.map((rule) => [rule.repository, { rule, choice: choiceFor(rule, look) }]));
  const wanted = trackedBy(look.rules, look.path);
  const tracked = look.rules.length > 0 ? knowing(wanted, look.every) : wanted;
  const settled = settledFiles(look.files, tracked, pinsOf(choices));
  const edits = findInFiles(look.files, { ...look, tracked, settled }).map(({ images, ...rest }) => {
    return { ...rest, judged: images.map((image, index) => judge({ image, index, text: rest.text, look, choices })) };
  });
  const judged = edits.flatMap(({ judged }) => judged);
  return {
    updates: judged.flatMap((one) => updateOf(look, one)),
    files: edits.flatMap(({ file, text, judged }) => contentOf(file, text, judged)),
    notes: [...edits.flatMap(({ problems }) => problems), ...judged.flatMap(noteOf)],
    holds: judged.flatMap((one) => holdOf(look, one)),
    lifts: judged.flatMap(({ lift }) => lift ?? []),
    isUndecided: false,
    places: new Map([
      ...[...settled].flatMap(([file, images]) => [...images].map((image) => [`${file} ${image}`, 'settled'] as const)),
      ...judged.map(({ place, image }) => [place, formatReference(image.current)] as const),
    ]),
  };
}

type Choices = ReadonlyMap<string, { rule: ImageRule; choice: Choice }>;

const pinsOf = (choices: Choices): Set<string> =>
  new Set(
    [...choices].flatMap(([repository, { choice }]) =>
      choice.outcome === 'none' ? [] : [formatPin({ ...choice.version, repository })],
    ),
  );

function choiceFor(rule: ImageRule, { versions, promoted, now }: Look): Choice {
  const candidates = versions.get(rule.repository);
  if (promoted?.repositories.has(rule.repository)) return promotedChoice(candidates);
  return candidates === undefined
    ? { outcome: 'none', reason: 'the registry has no such repository', excluded: [] }
    : latest(candidates, rule.policy, now);
}

function promotedChoice([version]: readonly ImageVersion[] = []): Choice {
  if (version === undefined) return { outcome: 'none', reason: 'it is not promoted', excluded: [] };
  if (version.refusal !== undefined) return { outcome: 'none', reason: version.refusal, excluded: [] };
  return { outcome: 'chosen', version, excluded: [] };
}

type Judged = { image: FoundImage; place: string; verdict: Verdict; policy: string; lift?: string };

type Judging = {
  image: FoundImage;
  index: number;
  text: string;
  look: Look;
  choices: Choices;
};

const nothing: Verdict = { action: 'current' };

function judge({ image, index, text, look, choices }: Judging): Judged {
  const { current, file } = image;
  const place = `${file} ${index} ${current.repository}`;
  const tracked = choices.get(current.repository);
  if (tracked === undefined) return { image, place, verdict: nothing, policy: '' };
  const { policy, hold } = tracked.rule;
  const written = look.written.get(current.repository);
  const question: Question = { current, policy, choice: tracked.choice, written: hold ? written : undefined };
  const { promoted } = look;
  const isPromoted = promoted?.repositories.has(current.repository);
  const judgeOne = isPromoted ? judgePromoted : judgeImage;
  const stoodIn = (places: Look['seen']) => places.get(place) ?? places.get(`${file} ${current.repository}`);
  const { verdict, ...more } = isThere(tracked.choice, image, text)
    ? { verdict: nothing }
    : judgeLifted(question, judgeOne, look.lifted, stoodIn);
  const before = stoodIn(look.seen);
  const changed = before !== undefined && before !== formatReference(current) && current.tag !== written?.tag;
  return {
    image,
    place,
    verdict: changed && verdict.action === 'pin' ? changedMeanwhile(current) : verdict,
    policy: isPromoted ? `as ${promoted?.from}` : describePolicy(policy),
    ...more,
  };
}

/** A hold that somebody lifted is none any more, unless the place was changed by hand after that. */
function judgeLifted(
  question: Question,
  judgeOne: typeof judgeImage,
  lifted: Look['lifted'],
  stoodIn: (places: Look['seen']) => string | undefined,
) {
  const verdict = judgeOne(question);
  const lift = question.written?.resumed;
  if (lift === undefined || verdict.action !== 'keep' || verdict.held?.as !== 'reverted') return { verdict };
  const places = lifted.get(lift);
  if (places === undefined) return { verdict, lift };
  const isUnchanged = stoodIn(places) === formatReference(question.current);
  return { verdict: isUnchanged ? judgeOne({ ...question, written: undefined }) : verdict };
}

/** Where only the tag is marked, its digest has no place: nothing is to be done once the tag is right. */
const isThere = (choice: Choice, image: FoundImage, text: string): boolean =>
  choice.outcome === 'chosen' &&
  !isChange(text, { image, pin: { ...choice.version, repository: image.current.repository } });

/** What another run of ours wrote meanwhile is in `written`, so this was a person. */
const changedMeanwhile = (current: ImageReference): Verdict => ({
  action: 'keep',
  reason: `somebody changed it to ${oneLine(formatReference(current))} while it was being updated`,
});

function updateOf({ environment, written, versions }: Look, { image, verdict, policy }: Judged): Update[] {
  if (verdict.action !== 'pin') return [];
  const { repository } = image.current;
  const isRemembered = written.has(repository);
  const pushedAt = versions.get(repository)?.find(({ tag }) => tag === verdict.pin.tag)?.pushedAt;
  const times = pushedAt === undefined ? {} : { pushedAt };
  return [{ environment, file: image.file, pin: verdict.pin, previous: image.current, ...times, policy, isRemembered }];
}

function holdOf({ environment }: Look, { image, verdict }: Judged): Hold[] {
  if (verdict.action !== 'keep' || verdict.held === undefined) return [];
  return [{ environment, image: image.current.repository, reason: verdict.reason, ...verdict.held }];
}

function contentOf(file: string, text: string, judged: Judged[]): FileChange[] {
  const changes = judged.flatMap(({ image, verdict }): Change[] =>
    verdict.action === 'pin' ? [{ image, pin: verdict.pin }] : [],
  );
  return changes.length === 0 ? [] : [{ path: file, content: Buffer.from(pinImages(text, changes)) }];
}

function noteOf({ image: { file, line, object, current }, verdict }: Judged): Problem[] {
  if (verdict.action !== 'keep') return [];
  const message = `${current.repository} is left alone: ${verdict.reason}`;
  return [{ file, line, ...(object !== undefined && { object }), message }];
}
