/** Of a FIFO queue's message: whom it waits for, and the cause of it, never its content. */
type Fifo = { group: string; deduplication: string };

/** One message to one queue. A FIFO queue needs `fifo`. */
export type Send = (queueUrl: string, message: unknown, fifo?: Fifo) => Promise<void>;

/**
 * Many messages to one queue, in as few requests as it takes. Those that the queue couldn't take are sent again; one that it never takes
 * keeps no other back.
 *
 * @throws TryAgainError if some could not be sent at last
 */
export type SendAll = (queueUrl: string, messages: readonly { message: unknown; fifo?: Fifo }[]) => Promise<void>;
