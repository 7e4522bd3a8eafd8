/** One message to one queue. A FIFO queue needs `group` and `deduplication`: the cause of the message, never its content. */
export type Send = (
  queueUrl: string,
  message: unknown,
  fifo?: { group: string; deduplication: string },
) => Promise<void>;
