import { isRetryable, problemsOf } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/lambda/sqs-batch.ts';
import type { Notice } from '../../../shared/notices/notice.ts';
import type { Problem } from '../../../shared/problem.ts';

/** Somebody who is told, by the name that the state and the log know them by. */
export type Recipient = {
  name: string;
  /** Whether they want it. */
  wants(notice: Notice): boolean;
  /** @throws TryAgainError if it may succeed later, RefusedError or BadInputError if somebody has to mend something first */
  send(notice: Notice): Promise<void>;
};

/** A notice that somebody still has to get. */
export type Letter = { to: string; notice: Notice };

/** More are dropped, the oldest first: an item of the state holds 400 KB, and what is that old is superseded. */
const mostLetters = 20;

export const lettersFor = (notices: readonly Notice[], recipients: readonly Recipient[]): Letter[] =>
  notices.flatMap((notice) =>
    recipients.filter(({ wants }) => wants(notice)).map(({ name }) => ({ to: name, notice })),
  );

/** What is left to send, and what can't be sent until somebody mends it. */
export type Delivery = { left: Letter[]; refusals: Map<string, readonly Problem[]>; delivered: Set<string> };

/** Each recipient by itself: one that fails keeps no other's news back, and gets its own in their order later. */
export async function deliver(
  letters: readonly Letter[],
  recipients: readonly Recipient[],
  log: Log,
): Promise<Delivery> {
  const delivery: Delivery = { left: [], refusals: new Map(), delivered: new Set() };
  const deliveries = recipients.map((recipient) =>
    deliverTo(
      recipient,
      letters.filter(({ to }) => to === recipient.name),
      delivery,
      log,
    ),
  );
  await Promise.all(deliveries);
  const dropped = delivery.left.splice(0, Math.max(0, delivery.left.length - mostLetters));
  for (const { to, notice } of dropped) log.error('a notice was dropped', { to, title: notice.title });
  return delivery;
}

/** A refused letter is gone: what refused it is told in its place. */
async function deliverTo(
  { name, send }: Recipient,
  letters: readonly Letter[],
  { left, refusals, delivered }: Delivery,
  log: Log,
): Promise<void> {
  for (const [index, { notice }] of letters.entries()) {
    try {
      await send(notice);
      delivered.add(name);
    } catch (error) {
      log.error('a notice could not be delivered', { to: name, title: notice.title, error });
      if (isRetryable(error)) {
        left.push(...letters.slice(index));
        return;
      }
      refusals.set(name, problemsOf(error));
    }
  }
}
