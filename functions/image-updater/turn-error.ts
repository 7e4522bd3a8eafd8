import { mostDeliveries } from '../../shared/config/deliveries.ts';
import { TryAgainError } from '../../shared/errors.ts';
import type { ImageRepository } from '../../shared/images/ports.ts';
import { isSameRepository, parseEcrRepository } from '../../shared/images/reference.ts';
import type { Log, Parsed } from '../../shared/lambda/sqs-batch.ts';
import type { Update } from './decide-updates.ts';

/** A branch may not be written to yet, so some updates wait for its turn. */
export class TurnError extends TryAgainError {
  readonly waiting: readonly Pick<Update, 'environment' | 'pin'>[];

  /** @param afterSeconds when its turn comes */
  constructor(message: string, { afterSeconds, waiting }: { afterSeconds: number; waiting: readonly Update[] }) {
    super(message, { afterSeconds });
    this.waiting = waiting;
  }
}

type Request = { id: string; environments: readonly string[]; wanted: readonly ImageRepository[] | 'all' };
type Waiting = { error: TurnError; messages: readonly Pick<Parsed<unknown>, 'record'>[] };

/**
 * The requests that have to come again. One whose images are there already is done, whatever else was pushed since then; one that came so often
 * that its next return would bury it is left to the scan: nothing is wrong with it.
 */
export function thoseThatWait<One extends Request>(
  requests: readonly One[],
  { error, messages }: Waiting,
  log: Log,
): One[] {
  const deliveries = new Map(
    messages.map(({ record }) => [record.messageId, Number(record.attributes.ApproximateReceiveCount)]),
  );
  const waiting = requests.filter((request) => isWaiting(request, error));
  const isLast = ({ id }: One) => (deliveries.get(id) ?? 0) >= mostDeliveries;
  for (const { id } of waiting.filter(isLast))
    log.warn('left to the next scan', { messageId: id, reason: error.message });
  return waiting.filter((request) => !isLast(request));
}

const isWaiting = ({ environments, wanted }: Request, { waiting }: TurnError): boolean =>
  waiting.some(({ environment, pin }) => {
    const repository = parseEcrRepository(pin.repository);
    return (
      environments.includes(environment) &&
      (wanted === 'all' || (repository !== undefined && wanted.some((one) => isSameRepository(one, repository))))
    );
  });
