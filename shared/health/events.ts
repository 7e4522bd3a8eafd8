import { textAt } from './read.ts';

/** An event that is older than this speaks of something that may be over, in milliseconds. */
const longestMemory = 20 * 60 * 1000;

/**
 * What the cluster's controllers complained of last, as `Reason: message`; empty if nobody complained lately.
 *
 * @param events of type Warning, about one object
 */
export function explainEvents(events: readonly unknown[], now: Date): string {
  const timed = events.map((event) => ({ event, at: timeOf(event) }));
  const recent = timed.filter(({ at }) => now.getTime() - at <= longestMemory).sort((a, b) => b.at - a.at);
  const { event } = recent[0] ?? {};
  return [textAt(event, 'reason'), textAt(event, 'message').trim()].filter((part) => part !== '').join(': ');
}

const timeFields = ['series.lastObservedTime', 'lastTimestamp', 'eventTime', 'metadata.creationTimestamp'];

function timeOf(event: unknown): number {
  const text = timeFields.map((field) => textAt(event, field)).find((time) => time !== '');
  return text === undefined ? 0 : new Date(text).getTime();
}
