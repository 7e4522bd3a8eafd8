import { describe, expect, it } from 'vitest';
import { explainEvents } from '../../../shared/health/events.ts';

const now = new Date('2026-11-21T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();
const event = (reason: string, fields: object) => ({ reason, message: `${reason} happened\n`, ...fields });

describe('what was complained of last', () => {
  it('is the newest event, whichever way it tells its time', () => {
    const events = [
      event('First', { lastTimestamp: minutesAgo(5) }),
      event('Series', { series: { lastObservedTime: minutesAgo(1) }, eventTime: minutesAgo(15) }),
      event('New', { lastTimestamp: null, eventTime: minutesAgo(3) }),
      event('Plain', { metadata: { creationTimestamp: minutesAgo(4) } }),
    ];
    expect(explainEvents(events, now)).toBe('Series: Series happened');
    expect(explainEvents(events.toSpliced(1, 1), now)).toBe('New: New happened');
  });

  it('is nothing where nobody complained, or only long ago', () => {
    expect(explainEvents([], now)).toBe('');
    expect(explainEvents([event('Old', { lastTimestamp: minutesAgo(21) }), event('Timeless', {})], now)).toBe('');
  });
});
