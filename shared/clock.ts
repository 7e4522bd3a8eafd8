/** Time comes in as input, so that decisions can be tested. */
export type Clock = { now(): Date };

/** Milliseconds that are left to work. */
export type Deadline = { remaining(): number };

export const systemClock: Clock = { now: () => new Date() };
